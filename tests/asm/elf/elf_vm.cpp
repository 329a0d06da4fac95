// Object files in another loader: bpftool, which contains libbpf, loads and pins them, and the pinned programs deny. The files
// are written for the types of 6.1 (/tests/types-6.1). On other kernels members have other offsets, so the programs work only
// if the CO-RE records are right.
#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::tests {
namespace {

constexpr int marked_request = 0x4c53;

// socket_create: AF_ALG is denied if the task's tgid, read at the member's offset, is the one that the helper returns.
// file_ioctl: request 0x4c53 is denied on files that are opened with O_APPEND, according to f_flags.
constexpr std::string_view guards = R"(.license "Dual MIT/GPL"
.map denied, array, 4, 8, 1
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  if w6 != 38 goto pass
  call bpf_get_current_task
  r3 = r0
  r3 += field(task_struct, tgid)
  w2 = 4
  r1 = r10
  r1 += -8
  call bpf_probe_read_kernel
  if w0 != 0 goto pass
  call bpf_get_current_pid_tgid
  r0 >>= 32
  r1 = *(u32 *)(r10 - 8)
  if w0 != w1 goto pass
  call count
  r0 = -1
  exit
pass:
  r0 = 0
  exit
.function count
  *(u32 *)(r10 - 4) = 0
  r1 = map_fd(denied) ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto nothing
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
nothing:
  r0 = 0
  exit
.program deny_ioctl, file_ioctl
  r7 = *(u64 *)(r1 + argument(cmd))
  r6 = *(u64 *)(r1 + argument(file))
  if w7 != 0x4c53 goto pass
  r6 = *(u32 *)(r6 + field(file, f_flags))
  r6 &= 1024
  if r6 == 0 goto pass
  r0 = -1
  exit
pass:
  r0 = 0
  exit
)";

// Acquires the new task and releases it. The kernel functions are found by their names.
constexpr std::string_view with_kernel_functions = R"(.license "Dual MIT/GPL"
.program hold, task_alloc
  r1 = *(u64 *)(r1 + argument(task))
  call kfunc(bpf_task_acquire)
  if r0 == 0 goto L1
  r1 = r0
  call kfunc(bpf_task_release)
L1:
  r0 = 0
  exit
)";

btf::types types_in(const std::string& path) {
  auto raw = btf::read_btf_file(path);
  REQUIRE_MESSAGE(raw, path << ": " << to_string(raw.error()));
  return *btf::types::own(*std::move(raw));
}

/// An object file, and the programs that bpftool pinned from it. The destructor removes both.
struct pinned_object {
  std::string file = "/tmp/object.o", directory = "/sys/fs/bpf/object";

  pinned_object(const checked<object>& whole, const btf::types& kernel) {
    REQUIRE_MESSAGE(whole, to_string(whole.error()));
    const auto made = write_elf(*whole, {.kernel = &kernel, .kernel_name = "6.1"});
    REQUIRE_MESSAGE(made, to_string(made.error()));
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(made->data()), static_cast<std::streamsize>(made->size()));
  }
  ~pinned_object() {
    for (const char* name : {"deny_alg", "deny_ioctl", "hold", "typed"}) unlink(pin(name).c_str());
    rmdir(directory.c_str());
    unlink(file.c_str());
  }

  std::string pin(std::string_view name) const { return directory + '/' + std::string(name); }

  fd attached(std::string_view name) const {
    const auto program = loader::open_pin(pin(name).c_str());
    REQUIRE(program);
    auto link = loader::attach_lsm(*program);
    REQUIRE(link);
    return *std::move(link);
  }
};

void run_bpftool(std::vector<std::string> words) {
  words.insert(words.begin(), "/usr/sbin/bpftool");
  process tool(words);
  const int status = tool.finish();
  REQUIRE_MESSAGE(status == 0, tool.out() << tool.err());
}

int errno_of_ioctl(int flags) {
  const fd file(open("/tmp/marked_file", flags | O_CREAT, 0600));
  REQUIRE(file);
  errno = 0;
  ioctl(file.get(), marked_request);
  return errno;
}

std::uint32_t offset_of(const btf::types& in, const char* type, const char* path) {
  return in.locate(in.find(type, btf::kind::struct_)->id(), path)->byte_offset();
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("elf: an object written for 6.1 is loaded and pinned by bpftool, and its programs deny") {
  const btf::types written_for = types_in("/tests/types-6.1"), here = types_in(loader::kernel_btf::default_path);
  const bool moved = offset_of(written_for, "task_struct", "tgid") != offset_of(here, "task_struct", "tgid");
  CHECK((moved || loader::running_kernel() == loader::kernel_version{6, 1}));

  const pinned_object object(isa::text::parse(guards, "guard.s"), written_for);
  run_bpftool({"prog", "loadall", object.file, object.directory});
  CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == ENOTTY);
  {
    const fd no_sockets = object.attached("deny_alg");
    CHECK(try_socket(AF_ALG) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == ENOTTY);
    const fd no_ioctl = object.attached("deny_ioctl");
    CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == EPERM);
    CHECK(errno_of_ioctl(O_WRONLY) == ENOTTY);
  }
  CHECK(try_socket(AF_ALG) != EPERM);
  CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == ENOTTY);
  unlink("/tmp/marked_file");
}

TEST_CASE("elf: a program of the typed DSL, written for 6.1, denies on this kernel when bpftool has loaded it") {
  const btf::types written_for = types_in("/tests/types-6.1");
  const auto rule = [](dsl::hook& h) {
    h.when(h.arg("cmd") == marked_request && (h.arg("file")["f_flags"] & O_APPEND) != 0, [&] { h.deny(EPERM); });
  };
  const pinned_object object(dsl::lsm(written_for, "file_ioctl", rule, {.name = "typed"}), written_for);
  run_bpftool({"prog", "loadall", object.file, object.directory});
  {
    const fd no_ioctl = object.attached("typed");
    CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == EPERM);
    CHECK(errno_of_ioctl(O_WRONLY) == ENOTTY);
  }
  CHECK(errno_of_ioctl(O_WRONLY | O_APPEND) == ENOTTY);
  unlink("/tmp/marked_file");
}

TEST_CASE("elf: the kernel itself applies the CO-RE records") {
  if (loader::running_kernel() < loader::kernel_version{5, 17}) SKIP("the kernel takes CO-RE records from 5.17 on");
  const pinned_object object(isa::text::parse(guards, "guard.s"), types_in("/tests/types-6.1"));
  run_bpftool({"-L", "prog", "load", object.file, object.pin("deny_alg")});
}

TEST_CASE("elf: a kernel function is found by name and prototype") {
  if (loader::running_kernel() < loader::kernel_version{6, 2}) SKIP("LSM programs may hold tasks from 6.2 on");
  const pinned_object object(isa::text::parse(with_kernel_functions, "hold.s"), types_in(loader::kernel_btf::default_path));
  run_bpftool({"prog", "loadall", object.file, object.directory});
  const fd holding = object.attached("hold");
  CHECK(in_child([] { return 7; }) == 7);
}

TEST_SUITE_END();

}  // namespace lsmith::tests
