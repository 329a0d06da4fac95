// One object for each kind of CO-RE relocation, compiled by clang and loaded by bpftool through libbpf. The instructions in the
// kernel must be equal to those that btf/ resolves and asm/ patches from the same file. The types in the sources are wrong on
// purpose: their offsets, sizes and values are not the kernel's.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/encode/core_records.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr std::string_view declarations = R"(
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int gfp_t___wrong;
#define SEC(name) __attribute__((section(name), used))
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct vfsmount; struct dentry; struct inode; struct file;
struct qstr___mine { unsigned char *name; };
struct dentry___mine { struct qstr___mine d_name; u64 d_time; };
struct task_struct___mine {
  u32 in_iowait : 1, sched_contributes_to_load : 1;
  char comm[16];
  int tgid, prio, no_such_member;
  void *stack;
  struct task_struct___mine *real_parent;
  struct { int on_cpu_elsewhere; };
  u64 utime;
};
struct path { struct dentry *dentry; struct vfsmount *mnt; };
struct path___worse { int mnt; };
struct path___strange { struct dentry *dentry, *cousin; };
struct file_operations___mine { int (*open)(struct inode *, struct file *); };
struct file_operations___less { int (*open)(struct inode *); };
struct no_such_struct { int a; };
#pragma clang attribute pop
enum pid_type___mine { PIDTYPE_SID___mine = 77, PIDTYPE_NOWHERE = 78 };
enum pid_type___less { PIDTYPE_SID = 1 };
enum pid_type___more { PIDTYPE_STRANGE = 1 };
char LICENSE[] SEC("license") = "Dual MIT/GPL";
#define TASK ((struct task_struct___mine *)0)
#define FIELD(expression, kind) keep = __builtin_preserve_field_info(expression, kind)
#define TYPE(type, kind) keep = __builtin_preserve_type_info(*(type *)0, kind)
#define ID(type, kind) keep = __builtin_btf_type_id(*(type *)0, kind)
#define VALUE(type, name, kind) keep = __builtin_preserve_enum_value(*(type *)name, kind)
SEC("socket") int program(void *context) {
  volatile u64 keep;
)";

struct kind_of_relocation {
  core_relo_kind kind;
  const char* statements;
};

const kind_of_relocation kinds_of_relocation[] = {
    {core_relo_kind::field_byte_offset,
     "FIELD(TASK->tgid, 0); FIELD(TASK->comm[3], 0); FIELD(TASK->in_iowait, 0); FIELD(TASK->real_parent, 0); FIELD(TASK[1].prio, 0);"
     "FIELD(((struct dentry___mine *)0)->d_name.name, 0);"},
    {core_relo_kind::field_byte_size,
     "FIELD(TASK->tgid, 1); FIELD(TASK->comm, 1); FIELD(TASK->in_iowait, 1); FIELD(((struct dentry___mine *)0)->d_name, 1);"},
    {core_relo_kind::field_exists,
     "FIELD(TASK->tgid, 2); FIELD(TASK->no_such_member, 2); FIELD(((struct no_such_struct *)0)->a, 2); FIELD(TASK->on_cpu_elsewhere, 2);"
     "FIELD(((struct path___worse *)0)->mnt, 2);"},
    {core_relo_kind::field_signed, "FIELD(TASK->tgid, 3); FIELD(TASK->in_iowait, 3); FIELD(TASK->utime, 3);"},
    {core_relo_kind::field_lshift_u64,
     "FIELD(TASK->in_iowait, 4); FIELD(TASK->sched_contributes_to_load, 4); FIELD(TASK->tgid, 4);"},
    {core_relo_kind::field_rshift_u64, "FIELD(TASK->in_iowait, 5); FIELD(TASK->utime, 5);"},
    {core_relo_kind::type_id_local, "ID(struct task_struct___mine, 0); ID(struct no_such_struct, 0);"},
    {core_relo_kind::type_id_target, "ID(struct task_struct___mine, 1); ID(enum pid_type___mine, 1);"},
    {core_relo_kind::type_exists,
     "TYPE(struct task_struct___mine, 0); TYPE(struct no_such_struct, 0); TYPE(enum pid_type___mine, 0); TYPE(gfp_t___wrong, 0);"},
    {core_relo_kind::type_size,
     "TYPE(struct task_struct___mine, 1); TYPE(struct dentry___mine, 1); TYPE(enum pid_type___mine, 1);"},
    {core_relo_kind::enumval_exists,
     "VALUE(enum pid_type___mine, PIDTYPE_SID___mine, 0); VALUE(enum pid_type___mine, PIDTYPE_NOWHERE, 0);"},
    {core_relo_kind::enumval_value, "VALUE(enum pid_type___mine, PIDTYPE_SID___mine, 1);"},
    {core_relo_kind::type_matches,
     "TYPE(struct path, 2); TYPE(struct path___worse, 2); TYPE(struct path___strange, 2); TYPE(struct file_operations___mine, 2);"
     "TYPE(struct file_operations___less, 2); TYPE(enum pid_type___less, 2); TYPE(enum pid_type___more, 2); TYPE(struct no_such_struct, 2);"},
};

std::string output_of(const std::string& command, int& status) {
  tests::process tool({"/bin/sh", "-c", command});
  status = tool.finish();
  return tool.out() + tool.err();
}

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  const auto* start = reinterpret_cast<const std::byte*>(text.data());
  return {start, start + text.size()};
}

bool compile(const tests::temporary_directory& in, const char* statements) {
  std::ofstream(in / "source.c") << declarations << statements << "\n  return keep;\n}\n";
  int status = 0;
  const std::string said = output_of("cd " + std::string(in.path) +
                                         " && clang-19 -target bpf -mcpu=v3 -g -O2 -Wno-everything -c source.c -o object.o && "
                                         "llvm-objcopy-19 -O binary --only-section=socket object.o code",
                                     status);
  CAPTURE(said);
  CHECK(status == 0);
  return status == 0;
}

/// The slots of the program that bpftool loads, read back from the kernel.
std::vector<std::uint64_t> loaded_by_bpftool(const tests::temporary_directory& in) {
  const std::string pin = "/sys/fs/bpf/lsmith-core-" + std::to_string(::getpid());
  int status = 0;
  const std::string said = output_of(
      "bpftool prog load " + (in / "object.o") + " " + pin + " && bpftool prog dump xlated pinned " + pin + " opcodes", status);
  ::unlink(pin.c_str());
  CAPTURE(said);
  CHECK(status == 0);
  std::vector<std::uint64_t> slots;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) {
    // "       b7 01 00 00 db 06 00 00", twice as long for a 64-bit load
    if (line.size() < 30 || line.find_first_not_of("0123456789abcdef ") != std::string::npos) continue;
    std::istringstream hex(line);
    std::uint64_t slot = 0;
    int at = 0;
    for (unsigned byte; hex >> std::hex >> byte; at = (at + 1) % 8) {
      slot |= std::uint64_t{byte} << 8 * at;
      if (at == 7) slots.push_back(slot), slot = 0;
    }
  }
  return slots;
}

/// The slots of the same program, resolved by btf/ and patched by asm/.
std::vector<std::uint64_t> resolved_here(const tests::temporary_directory& in, const types& kernel, core_relo_kind kind) {
  const std::vector<std::byte> file = read_file(in / "object.o");
  const types own = types::own(*btf_of_elf(file)).value();
  const auto records = read_core_records(*btf_ext_of_elf(file), own);
  REQUIRE(records);

  const std::vector<std::byte> raw = read_file(in / "code");
  std::vector<isa::insn> code(raw.size() / sizeof(isa::insn));
  std::memcpy(code.data(), raw.data(), raw.size());
  source from = source::mapped(kernel.raw());
  source mine = source::mapped(own.raw());
  for (const core_record& one : *records) {
    CHECK(one.kind == kind);
    CHECK(one.section == "socket");
    relocation relo = one.relocation_for();
    REQUIRE(resolve(from, {&relo, 1}, mine));
    CAPTURE(one.type);
    CAPTURE(one.name);
    CHECK(relo.failed == cause::none);
    CHECK(isa::patch(code, one.offset / 8, static_cast<std::uint64_t>(relo.value)));
  }
  std::vector<std::uint64_t> slots(code.size());
  std::memcpy(slots.data(), code.data(), raw.size());
  return slots;
}

TEST_CASE("CO-RE: each of the thirteen kinds gives the same instructions as bpftool") {
  if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) SKIP("this kernel has no BTF");
  const types kernel = loader::read_types().value();
  int compared = 0;
  for (const kind_of_relocation& each : kinds_of_relocation) {
    CAPTURE(static_cast<int>(each.kind));
    const tests::temporary_directory in;
    if (!compile(in, each.statements)) continue;
    const std::vector<std::uint64_t> theirs = loaded_by_bpftool(in);
    CHECK(theirs.size() > 4);
    CHECK(resolved_here(in, kernel, each.kind) == theirs);
    ++compared;
  }
  CHECK(compared == 13);
}

}  // namespace
}  // namespace lsmith::btf
