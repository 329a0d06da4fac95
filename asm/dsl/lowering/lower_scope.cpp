// The scope and the deadline of a program. They are tested once, before its first effect.
#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/object/reserved_names.hpp>

#include <lsmith/asm/dsl/lowering/lowering.hpp>

namespace lsmith::dsl::detail {

bool lowering::is_in_scope() const {
  for (block_id at = out_.now(); at != no_block; at = out_.at(at).dominator)
    if (out_.at(at).in_scope) return true;
  return false;
}

// A process outside the scope is allowed, whatever the rest of the program does; so is every process after the deadline.
void lowering::test_scope(const written_at& where) {
  if (out_.is_dead() || is_in_scope()) return;
  if (how_.lifetime == lifetime::deadline) test_deadline(where);
  if (how_.scope.kind != scope_kind::system) test_caller(where);
  if (!out_.is_dead()) out_.at(out_.now()).in_scope = true;
}

void lowering::test_deadline(const written_at& where) {
  const block_id before = out_.new_block(), expired = out_.new_block();
  const reg end = out_.new_reg();
  out_.add({.what = act::set_wide, .dst = end, .name = isa::constant(reserved::deadline, where), .where = where});
  call(helper::ktime_get_boot_ns, 0, where);
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::lt,
               .a = 0,
               .b = end,
               .to = before,
               .otherwise = expired,
               .where = where});
  pass_outside(expired, before, where);
}

void lowering::test_dry_run(const written_at& where) {
  if (how_.dry_runs != dry_runs::while_attached) return;
  const block_id real = out_.new_block(), dry = out_.new_block();
  const reg address = out_.new_reg(), set = out_.new_reg();
  out_.add(
      {.what = act::value_address, .dst = address, .name = isa::map_value(reserved::dry_run, 0, where).name, .where = where});
  out_.add({.what = act::load, .dst = set, .a = address, .where = where});
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::eq, .a = set, .to = real, .otherwise = dry, .where = where});
  pass_outside(dry, real, where);
}

// ----------------------------------------------------------------------------------- the process --

/// The path `outside` ends with a return that allows; lowering continues in `inside`.
void lowering::pass_outside(block_id outside, block_id inside, const written_at& where) {
  out_.bind(outside);
  pass(where);
  out_.bind(inside);
}

/// Continues only if `test` is true; otherwise the program allows.
void lowering::continue_if(ending test, const written_at& where) {
  test.to = out_.new_block();
  test.otherwise = out_.new_block();
  test.where = where;
  const auto [inside, outside] = std::pair(test.to, test.otherwise);
  out_.branch(test);
  pass_outside(outside, inside, where);
}

void lowering::test_caller(const written_at& where) {
  ending test = {.what = ending::kind::branch, .code = isa::jump_code::eq, .bits = 32};
  switch (how_.scope.kind) {
    case scope_kind::system: return;
    case scope_kind::tree: return test_tree(where);
    case scope_kind::mount_ns: return test_mount_ns(where);
    case scope_kind::pid_ns: return test_pid_ns(where);
    case scope_kind::cgroup:
      argument_map(1, reserved::scope_cgroup, where);
      argument_number(2, 0, where);
      call(helper::current_task_under_cgroup, 2, where);
      test.a = 0;
      test.number = 1;
      break;
    case scope_kind::uid:
      test.a = eval_low(bound_);
      test.name = isa::constant(reserved::scope_uid, where);
      break;
    case scope_kind::pid:
      test.a = eval(bound_);
      test.name = isa::constant(reserved::scope_pid, where);
      break;
  }
  continue_if(test, where);
}

reg lowering::current_task(const written_at& where) {
  call(helper::get_current_task, 0, where);
  const reg task = out_.new_reg();
  out_.add({.what = act::move, .dst = task, .a = 0, .where = where});
  return task;
}

reg lowering::add_offset(reg base, isa::reference offset, const written_at& where) {
  const reg address = out_.new_reg();
  out_.add({.what = act::move, .dst = address, .a = base, .where = where});
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = address, .name = offset, .where = where});
  return address;
}

reg lowering::copy_of(reg base, std::string_view type, std::string_view member, std::uint8_t bits, const written_at& where) {
  return copy(add_offset(base, isa::field(type, member, where), where), bits, where);
}

// A task that is exiting has no namespaces any more. A copy that fails finds no namespace. Both are outside.
void lowering::test_mount_ns(const written_at& where) {
  const block_id before = on_null_, outside = out_.new_block();
  on_null_ = outside;
  const reg proxy = copy_of(current_task(where), "task_struct", "nsproxy", 64, where);
  const reg mounts = copy_of(proxy, "nsproxy", "mnt_ns", 64, where);
  const reg number = copy_of(mounts, "mnt_namespace", "ns.inum", 32, where);
  on_null_ = before;
  leave_outside(number, reserved::scope_mount_ns, outside, where);
}

void lowering::leave_outside(reg number, std::string_view expected, block_id outside, const written_at& where) {
  const block_id inside = out_.new_block();
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::eq,
               .bits = 32,
               .a = number,
               .name = isa::constant(expected, where),
               .to = inside,
               .otherwise = outside,
               .where = where});
  pass_outside(outside, inside, where);
}

// A task's own pid namespace is not nsproxy's pid_ns_for_children, which setns(2) and unshare(2) change for its children
// only. It is the innermost namespace that gave the task a pid (kernel/pid.c, task_active_pid_ns). The parents of that
// namespace follow, up to 32 levels (MAX_PID_NS_LEVEL).
void lowering::test_pid_ns(const written_at& where) {
  constexpr std::int64_t deepest = 32;
  const block_id before = on_null_, outside = out_.new_block(), head = out_.new_block(), up = out_.new_block();
  const block_id inside = out_.new_block();
  on_null_ = outside;
  const reg pid = copy_of(current_task(where), "task_struct", "thread_pid", 64, where);
  const reg level = copy_of(pid, "pid", "level", 32, where);
  const reg number = add_offset(pid, isa::field("pid", "numbers", where), where);
  out_.add({.what = act::alu, .code = isa::alu_code::mul, .dst = level, .name = isa::type_size("upid", where), .where = where});
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = number, .b = level, .where = where});
  const reg space = copy_of(number, "upid", "ns", 64, where);
  const reg count = set(0, where);
  out_.jump(head, where);
  out_.bind(head);
  const reg inode = copy_of(space, "pid_namespace", "ns.inum", 32, where);
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::eq,
               .bits = 32,
               .a = inode,
               .name = isa::constant(reserved::scope_pid_ns, where),
               .to = inside,
               .otherwise = up,
               .where = where});
  out_.bind(up);
  out_.add({.what = act::move, .dst = space, .a = copy_of(space, "pid_namespace", "parent", 64, where), .where = where});
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = count, .number = 1, .where = where});
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::le,
               .a = count,
               .number = deepest,
               .to = head,
               .otherwise = outside,
               .where = where});
  pass_outside(outside, inside, where);
  on_null_ = before;
}

// A process is in the tree if its task has a mark, or if it was there when the policy started (tracking.hpp).
void lowering::test_tree(const written_at& where) {
  const std::uint32_t stack = stack_;
  const std::int32_t key = take_stack(8);
  const block_id before = on_null_, outside = out_.new_block(), inside = out_.new_block();
  const block_id unmarked = out_.new_block(), seeded = out_.new_block();
  const auto look_up = [&](std::string_view map, reg key_value, std::uint8_t bits) {
    out_.add({.what = act::store, .bits = bits, .a = frame_pointer, .b = key_value, .number = key, .where = where});
    argument_map(1, map, where);
    argument_frame(2, key, where);
    call(helper::map_lookup_elem, 2, where);
  };
  on_null_ = outside;
  const reg task = current_task(where);
  look_up(reserved::scope_tree, task, 64);
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::ne, .a = 0, .to = inside, .otherwise = unmarked, .where = where});
  out_.bind(unmarked);
  look_up(reserved::scope_seeds, eval(bound_), 32);
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::ne, .a = 0, .to = seeded, .otherwise = outside, .where = where});
  out_.bind(seeded);
  const reg start = out_.new_reg();
  out_.add({.what = act::load, .dst = start, .a = 0, .where = where});
  const reg leader = copy_of(task, "task_struct", "group_leader", 64, where);
  const reg started = copy_of(leader, "task_struct", "start_boottime", 64, where);
  out_.add({.what = act::alu, .code = isa::alu_code::div, .dst = started, .number = nanoseconds_in_seed_time, .where = where});
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::eq,
               .a = started,
               .b = start,
               .to = inside,
               .otherwise = outside,
               .where = where});
  pass_outside(outside, inside, where);
  on_null_ = before;
  stack_ = stack;
}

}  // namespace lsmith::dsl::detail
