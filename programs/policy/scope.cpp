#include <lsmith/programs/policy/scope.hpp>

#include <string>

#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/load/scope.hpp>

namespace lsmith::programs {

using namespace isa;

namespace {

constexpr int pointer = -8;  ///< stack offset of the pointer that is followed
constexpr int number = -16;
constexpr int inode = -24;

/// Copies a member of what `pointer` points to. Jumps to `pass` when that fails: a task that is about to end has no namespaces
/// (nsproxy is null), so it is not in scope.
void copy(assembler& code, std::string_view type, std::string_view member, int bytes, int to, label pass) {
  code({
      mov(r1, r10),
      add(r1, to),
      mov(r2, bytes),
      load(r3, mem64[r10 + pointer]),
      add(r3, field(type, member)),
      call(helper::probe_read_kernel),
      jne(w0, 0, pass),
  });
}

void load_current(assembler& code) {
  code({
      call(helper::get_current_task),
      store(mem64[r10 + pointer], r0),
  });
}

void test_mount_ns(assembler& code, label pass) {
  load_current(code);
  copy(code, "task_struct", "nsproxy", 8, pointer, pass);
  copy(code, "nsproxy", "mnt_ns", 8, pointer, pass);
  copy(code, "mnt_namespace", "ns.inum", 4, inode, pass);
  code({
      load(r1, mem32[r10 + inode]),
      jne(w1, constant(reserved::scope_mount_ns), pass),
  });
}

/// pointer = the task's own pid namespace (kernel/pid.c, task_active_pid_ns). nsproxy->pid_ns_for_children would be wrong:
/// setns(2) and unshare(2) change it only for the task's children.
void load_pid_ns(assembler& code, label pass) {
  load_current(code);
  copy(code, "task_struct", "thread_pid", 8, pointer, pass);
  copy(code, "pid", "level", 4, number, pass);
  code({
      load(r1, mem32[r10 + number]),
      mul(r1, type_size("upid")),
      load(r2, mem64[r10 + pointer]),
      add(r2, field("pid", "numbers")),
      add(r2, r1),
      store(mem64[r10 + pointer], r2),
  });
  copy(code, "upid", "ns", 8, pointer, pass);
}

void test_pid_ns(assembler& code, label pass) {
  constexpr int deepest = 32;  // MAX_PID_NS_LEVEL of include/linux/pid_namespace.h
  const label around = code.new_label("around"), inside = code.new_label("inside");
  load_pid_ns(code, pass);
  code({
      store(mem64[r10 + number], 0),
      bind(around),
  });
  copy(code, "pid_namespace", "ns.inum", 4, inode, pass);
  code({
      load(r1, mem32[r10 + inode]),
      jeq(w1, constant(reserved::scope_pid_ns), inside),
  });
  copy(code, "pid_namespace", "parent", 8, pointer, pass);
  code({
      load(r1, mem64[r10 + number]),
      add(r1, 1),
      store(mem64[r10 + number], r1),
      jle(r1, deepest, around),
      ja(pass),
      bind(inside),
  });
}

void add_constant(object& to, std::string_view name, std::uint64_t value = 0) {
  to.constants.push_back({std::string(name), value});
}

}  // namespace

void add_scope(object& to, const scope& who) {
  to.scope = who;
  switch (who.kind) {
    case scope_kind::system: return;
    case scope_kind::cgroup:
      to.maps.push_back({.name = std::string(reserved::scope_cgroup), .type = map_type::cgroup_array, .value_size = 4});
      return;
    case scope_kind::uid: return add_constant(to, reserved::scope_uid, who.number);
    case scope_kind::pid: return add_constant(to, reserved::scope_pid, who.number);
    case scope_kind::mount_ns: return add_constant(to, reserved::scope_mount_ns);
    case scope_kind::pid_ns: return add_constant(to, reserved::scope_pid_ns);
    case scope_kind::tree: return track_tree(to);
  }
}

void test_scope(assembler& code, scope_kind who, label pass) {
  switch (who) {
    case scope_kind::system: return;
    case scope_kind::cgroup:
      return code({
          ld_imm64(r1, map_fd(reserved::scope_cgroup)),
          mov(r2, 0),
          call(helper::current_task_under_cgroup),
          jne(w0, 1, pass),
      });
    case scope_kind::uid:
      return code({
          call(helper::get_current_uid_gid),
          jne(w0, constant(reserved::scope_uid), pass),
      });
    case scope_kind::pid:
      return code({
          call(helper::get_current_pid_tgid),
          rsh(r0, 32),
          jne(w0, constant(reserved::scope_pid), pass),
      });
    case scope_kind::tree: return test_tree(code, pass);
    case scope_kind::mount_ns: return test_mount_ns(code, pass);
    case scope_kind::pid_ns: return test_pid_ns(code, pass);
  }
}

}  // namespace lsmith::programs
