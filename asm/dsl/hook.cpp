#include <lsmith/asm/dsl/hook.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/codegen/build.hpp>
#include <lsmith/asm/dsl/graph/helper_table.hpp>
#include <lsmith/asm/dsl/graph/hook_table.hpp>
#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/btf/text/errno_names.hpp>

namespace lsmith::dsl {
namespace {

constexpr shape number_64 = {.what = value_kind::number};

}  // namespace

// ------------------------------------------------------------------------------------------------------------ inputs --

value hook::arg(const name& which) { return {in_, in_.argument(which)}; }

value hook::enumerator(const name& type, const name& which) { return {in_, in_.enumerator(type, which)}; }
value hook::size_of(const name& type) { return {in_, in_.size_of(type)}; }

value hook::constant(const name& which, std::uint32_t initial_value) { return {in_, in_.constant_once(which, initial_value)}; }

value hook::current(written_at where) { return {in_, in_.current_task(where)}; }

value hook::identity(isa::helper from, bool upper, const written_at& where) {
  const node_id both = in_.call(from, {}, number_64, where);
  return {in_, upper ? in_.upper_half(both) : in_.low_half(both)};
}

value hook::pid(written_at where) { return identity(isa::helper::get_current_pid_tgid, true, where); }
value hook::thread(written_at where) { return identity(isa::helper::get_current_pid_tgid, false, where); }
value hook::uid(written_at where) { return identity(isa::helper::get_current_uid_gid, false, where); }
value hook::gid(written_at where) { return identity(isa::helper::get_current_uid_gid, true, where); }
value hook::cgroup_id(written_at where) { return {in_, in_.call(isa::helper::get_current_cgroup_id, {}, number_64, where)}; }
value hook::time(written_at where) { return {in_, in_.call(isa::helper::ktime_get_boot_ns, {}, number_64, where)}; }
value hook::uptime(written_at where) { return {in_, in_.call(isa::helper::ktime_get_ns, {}, number_64, where)}; }
text hook::comm(written_at where) { return {in_, in_.comm(where)}; }

condition hook::in_cgroups(const name& which, const std::vector<std::string>& paths) {
  if (paths.empty()) return value(in_, in_.add_fault(cause::value_unfit, which.where, "an empty list", "at least one cgroup"));
  const auto entries = static_cast<std::uint32_t>(paths.size());
  lsmith::map listed = {.name = std::string(which.text), .type = map_type::cgroup_array, .value_size = 4, .entries = entries};
  for (std::uint32_t index = 0; index < entries; ++index) listed.slots.push_back({index, paths[index]});
  in_.need_map(listed, which.where);
  const node_id map = in_.map_address(which.text, which.where);
  const auto is_in = [&](std::uint32_t index) {
    return value(in_, in_.call(isa::helper::current_task_under_cgroup, {map, in_.number(index, which.where)}, number_64,
                               which.where)) == 1;
  };
  condition any = is_in(0);
  for (std::uint32_t index = 1; index < entries; ++index) any = any || is_in(index);
  return any;
}

value hook::denial(int errno_, written_at where) {
  if (errno_ < 1 || errno_ > 4095) return {in_, in_.add_fault(cause::errno_range, where, {}, {}, errno_)};
  std::string known(reserved::denial);
  if (errno_ != EPERM) {
    const std::string_view word = name_of_errno(static_cast<std::uint16_t>(errno_)).name;
    known.append("_").append(word.empty() ? std::string_view(std::to_string(errno_)) : word);
  }
  return {in_, in_.constant(known, static_cast<std::uint64_t>(-std::int64_t{errno_}), 32, true, where)};
}

// ----------------------------------------------------------------------------------------------- verdicts and events --

bool hook::may_decide(const written_at& where) {
  if (!in_.in_function()) return true;
  in_.add_fault(cause::verdict_inside, where, in_.function_name());
  return false;
}

void hook::verdict(int errno_, const record_value* event, const written_at& where) {
  if (!may_decide(where)) return;
  if (in_.retvals() != retval_range::errnos) {
    in_.add_fault(cause::verdict_unfit, where, in_.hook().name);
    return;
  }
  statement made{.what = statement::kind::deny, .subject = denial(errno_, where).id(), .where = where};
  if (event != nullptr) made.record = in_.image_of(*event, where);
  in_.add(std::move(made));
}

void hook::only_in_scope(written_at where) { in_.add({.what = statement::kind::bound, .where = where}); }

void hook::deny(int errno_, written_at where) { verdict(errno_, nullptr, where); }
void hook::deny(int errno_, const record_value& event, written_at where) { verdict(errno_, &event, where); }

void hook::allow(written_at where) {
  if (may_decide(where)) in_.add({.what = statement::kind::allow, .where = where});
}
void hook::allow(const record_value& event, written_at where) {
  if (!may_decide(where)) return;
  in_.add({.what = statement::kind::allow, .record = in_.image_of(event, where), .where = where});
}
void hook::audit(const record_value& event, written_at where) {
  in_.add({.what = statement::kind::report, .record = in_.image_of(event, where), .where = where});
}
void hook::return_value(const value& number, written_at where) {
  if (!may_decide(where)) return;
  in_.add({.what = statement::kind::retval, .subject = in_.return_value(number.id(), where), .where = where});
}

void hook::return_value(isa::number known, written_at where) {
  if (!may_decide(where)) return;
  in_.add({.what = statement::kind::retval, .subject = in_.return_value(in_.number(known, where), where), .where = where});
}

// -------------------------------------------------------------------------------------------------------- the object --

namespace {

/// Whether the statement has an effect by itself: a verdict, an event, a change to a map, a tail call.
bool has_effect(const statement& one) {
  switch (one.what) {
    case statement::kind::compute:
    case statement::kind::bound:
    case statement::kind::when:
    case statement::kind::unrolled:
    case statement::kind::bounded:
    case statement::kind::called:
    case statement::kind::stop:
    case statement::kind::hold:
    case statement::kind::give: return false;
    default: return true;
  }
}

bool sends_event(const statement& one) {
  const bool is_verdict = one.what == statement::kind::deny || one.what == statement::kind::allow;
  return one.what == statement::kind::report || (is_verdict && one.record.size != 0);
}

template <class Is>
bool any_of(const statements& all, Is is) {
  return std::ranges::any_of(all,
                             [&](const statement& one) { return is(one) || any_of(one.body, is) || any_of(one.otherwise, is); });
}

/// The same, for the program and its functions.
template <class Is>
bool any_of(const recording& in, Is is) {
  return any_of(in.program(), is) ||
         std::ranges::any_of(in.functions(), [&](const function& one) { return any_of(one.says, is); });
}

/// Adds what the scope test reads. The loader sets it at load; a constant has its value already, for other loaders.
void add_scope(recording& to, const options& how, const written_at& where) {
  switch (how.scope.kind) {
    case scope_kind::system: return;
    case scope_kind::cgroup:
      return to.need_map({.name = std::string(reserved::scope_cgroup), .type = map_type::cgroup_array, .value_size = 4}, where);
    case scope_kind::uid: to.constant(reserved::scope_uid, how.scope.number, 32, false, where); return;
    case scope_kind::pid: to.constant(reserved::scope_pid, how.scope.number, 32, false, where); return;
    case scope_kind::mount_ns: to.constant(reserved::scope_mount_ns, 0, 32, false, where); return;
    case scope_kind::pid_ns: to.constant(reserved::scope_pid_ns, 0, 32, false, where); return;
    case scope_kind::tree: return;  // track_tree() adds its maps, with the programs that write the marks
  }
}

void add_switches(recording& to, const options& how, const written_at& where) {
  if (how.lifetime == lifetime::deadline) to.constant(reserved::deadline, UINT64_MAX, 64, false, where);
  if (how.dry_runs == dry_runs::while_attached) to.variable({.name = std::string(reserved::dry_run)}, where);
}

void add_events(recording& to, const options& how, const written_at& where) {
  if (!any_of(to, sends_event)) return;
  const bool ring = how.events == channel::ring_buffer;
  to.need_map({.name = std::string(reserved::events),
               .type = ring ? map_type::ringbuf : map_type::perf_event_array,
               .key_size = ring ? 0u : 4u,
               .value_size = ring ? 0u : 4u,
               .entries = ring ? how.ring_size : 0},
              where);
  to.need_counter(reserved::lost, where);
}

std::string program_name(const name& hook, const options& how) {
  constexpr std::size_t longest = 15;
  return std::string(how.name.empty() ? hook.text.substr(0, longest) : how.name);
}

}  // namespace

policy::policy(const btf::types& kernel) : kernel_(kernel) {}
policy::~policy() = default;

policy& policy::lsm(const name& hook_name, const std::function<void(hook&)>& rule, const options& how) {
  return add(hook_name, rule, how, nullptr);
}

policy& policy::stage(const name& programs, std::uint32_t index, const name& hook_name, const std::function<void(hook&)>& rule,
                      const options& how) {
  const entered by{programs, index};
  return add(hook_name, rule, how, &by);
}

policy& policy::add(const name& hook_name, const std::function<void(hook&)>& rule, const options& how, const entered* by) {
  auto found = btf::find_hook(kernel_, hook_name.text);
  if (!found) {
    found.error().where = location::of(hook_name.where);
    wrong_.add(found.error());
    return *this;
  }
  const std::string name = program_name(hook_name, how);
  recording in(kernel_, *found, whole_, name, how, position_++);
  hook writing(in);
  rule(writing);
  add_scope(in, how, hook_name.where);
  add_switches(in, how, hook_name.where);
  add_events(in, how, hook_name.where);
  if (how.scope.kind != scope_kind::system) {
    const bool conflict = whole_.scope.kind != scope_kind::system && whole_.scope != how.scope;
    if (conflict) in.add_fault(cause::scope_conflict, hook_name.where, name);
    whole_.scope = how.scope;
  }
  if (how.sleepable && is_never_sleepable(found->name)) in.add_fault(cause::hook_not_sleepable, hook_name.where, found->name);
  if (how.sleepable) in.check_sleepable();
  if (in.wrong().empty() && !any_of(in, has_effect)) in.add_fault(cause::verdict_missing, hook_name.where, name);
  std::optional<isa::code> code;
  if (in.wrong().empty()) code = build(in, hook_name.where);
  if (!code) {
    for (const fault& each : in.wrong()) wrong_.add(each);
    return *this;
  }
  program made = isa::make_program(name, found->name, std::move(*code));
  made.attach = how.attach;
  made.sleepable = how.sleepable;
  made.called = by != nullptr;
  if (by != nullptr) in.put_program(by->programs, by->index, name);
  for (const fault& each : in.wrong()) wrong_.add(each);
  whole_.programs.push_back(std::move(made));
  if (how.scope.kind == scope_kind::tree) track_tree(whole_);
  return *this;
}

checked<object> policy::finish() && {
  if (wrong_.empty()) wrong_ = check(whole_);
  if (!wrong_.empty()) return std::unexpected(std::move(wrong_));
  return std::move(whole_);
}

checked<object> lsm(const btf::types& kernel, const name& hook_name, const std::function<void(hook&)>& rule, const options& how) {
  policy one(kernel);
  one.lsm(hook_name, rule, how);
  return std::move(one).finish();
}

void dry_run(object& whole) {
  for (named_constant& each : whole.constants)
    if (reserved::is_denial(each.name)) each.value = 0;
}

}  // namespace lsmith::dsl
