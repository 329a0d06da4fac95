#include <lsmith/programs/policy/file_generations.hpp>

#include <array>
#include <cerrno>
#include <cstdint>

namespace lsmith::programs {
namespace {

// FS_IOC_SETVERSION (include/uapi/linux/fs.h) and EXT4_IOC_SETVERSION (fs/ext4/ext4.h), of 64-bit and of 32-bit programs.
constexpr std::array<std::int64_t, 4> commands = {0x40087602, 0x40047602, 0x40086604, 0x40046604};

void refuse(dsl::hook& h, const denier& deny) {
  const auto command = h.arg("cmd");
  h.when(command.in(commands), [&] { deny(EPERM, "generation-set", {{"command", command, value_form::hex}}); });
}

}  // namespace

void keep_generations(policy& to) {
  to.on("file_ioctl", "generations of files", refuse);
  to.on_if_present("file_ioctl_compat", refuse);
}

}  // namespace lsmith::programs
