#include <lsmith/asm/dsl/hook.hpp>

#include <cerrno>
#include <optional>

#include <lsmith/asm/assembler.hpp>
#include <lsmith/asm/dsl/allocate.hpp>
#include <lsmith/asm/dsl/emit.hpp>
#include <lsmith/asm/dsl/lower.hpp>
#include <lsmith/asm/dsl/recording.hpp>
#include <lsmith/btf/base/errno_names.hpp>

namespace lsmith::dsl {
namespace {

constexpr std::uint32_t ring_size = 256 * 1024;
constexpr std::uint32_t stack_limit = 512;  // MAX_BPF_STACK of include/linux/filter.h
constexpr std::string_view denial_name = "denial";
constexpr shape number_64 = {.what = sort::number};

image image_of(recording& in, const record_value& written, const written_at& where) {
  image made{written.size, {}};
  for (std::size_t i = 0; i < written.fields.size(); ++i) {  // as many values as fields: record() sees to it
    const auto [offset, size] = written.fields[i];
    const field_value& from = written.values[i];
    const node_id id = from.node == node_id::none ? in.number(from.number, where) : from.node;
    made.parts.push_back({offset, size, in.storable(id, size, where)});
  }
  return made;
}

/// Hooks whose answers are yes and no (kernel/bpf/bpf_lsm.c, bool_lsm_hooks).
bool answers_yes_or_no(std::string_view hook) {
  return hook == "xfrm_state_pol_flow_match" || hook == "audit_rule_known" || hook == "inode_xattr_skipcap";
}

bool returns_number(const recording& in) {
  const auto proto = in.kernel().at(in.hook().proto);
  return proto && proto->target() != btf::type_id::none;
}

}  // namespace

// --------------------------------------------------------------------------------------------- what the program sees --

value hook::arg(const name& which) { return {in_, in_.argument(which)}; }

value hook::enumerator(const name& type, const name& which) { return {in_, in_.enumerator(type, which)}; }

value hook::constant(const name& which, std::uint32_t preset) {
  return {in_, in_.constant(which.text, preset, 32, false, which.where)};
}

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
text hook::comm(written_at where) { return {in_, in_.comm(where)}; }

value hook::denial(int errno_, written_at where) {
  if (errno_ < 1 || errno_ > 4095) return {in_, in_.tell(cause::errno_range, where, {}, {}, errno_)};
  std::string known(denial_name);
  if (errno_ != EPERM) {
    const std::string_view word = name_of_errno(static_cast<std::uint16_t>(errno_)).name;
    known.append("_").append(word.empty() ? std::string_view(std::to_string(errno_)) : word);
  }
  return {in_, in_.constant(known, static_cast<std::uint64_t>(-std::int64_t{errno_}), 32, true, where)};
}

value hook::call(const name& helper, const std::vector<value>& arguments) {
  constexpr std::string_view prefix = "bpf_";
  const std::string_view bare = helper.text.starts_with(prefix) ? helper.text.substr(prefix.size()) : helper.text;
  for (std::int32_t number = 1; number <= isa::last_helper; ++number) {
    if (isa::helper_names[number] != bare) continue;
    std::vector<node_id> ids;
    for (const value& each : arguments) ids.push_back(each.id());
    return {in_, in_.here({.what = op::call_here, .type = number_64, .helper = static_cast<isa::helper>(number),
                           .name = std::string(bare), .more = ids, .where = helper.where})};
  }
  return {in_, in_.tell(cause::unknown_helper, helper.where, helper.text)};
}

// --------------------------------------------------------------------------------------------- what the program does --

decision hook::when(const condition& what, const body& then, written_at where) {
  statement made{.what = statement::kind::when, .subject = what.id(), .where = where};
  in_.within(made.body, then);
  in_.add(std::move(made));
  return {in_, in_.current().size() - 1};
}

void decision::otherwise(const body& other) const {
  statements inner;
  in_->within(inner, other);
  in_->current()[index_].otherwise = std::move(inner);
}

void hook::repeat(std::uint32_t count, const std::function<void(value)>& round, written_at where) {
  if (count == 0 || count > 1u << 23) in_.tell(cause::value_unfit, where, std::to_string(count), "a number of rounds: 1 to 8388608");
  const node_id counter = in_.loop_counter(where);
  statement made{.what = statement::kind::repeat, .value = counter, .count = count, .where = where};
  in_.within(made.body, [&] { round({in_, counter}); });
  in_.add(std::move(made));
}

void hook::verdict(int errno_, const record_value* event, const written_at& where) {
  if (!returns_number(in_) || answers_yes_or_no(in_.hook().name)) {
    in_.tell(cause::verdict_unfit, where, in_.hook().name);
    return;
  }
  statement made{.what = statement::kind::deny, .subject = denial(errno_, where).id(), .where = where};
  if (event != nullptr) made.record = image_of(in_, *event, where);
  in_.add(std::move(made));
}

void hook::deny(int errno_, written_at where) { verdict(errno_, nullptr, where); }
void hook::deny(int errno_, const record_value& event, written_at where) { verdict(errno_, &event, where); }

void hook::allow(written_at where) { in_.add({.what = statement::kind::allow, .where = where}); }
void hook::allow(const record_value& event, written_at where) {
  in_.add({.what = statement::kind::allow, .record = image_of(in_, event, where), .where = where});
}
void hook::audit(const record_value& event, written_at where) {
  in_.add({.what = statement::kind::report, .record = image_of(in_, event, where), .where = where});
}
void hook::answer(const value& number, written_at where) {
  in_.add({.what = statement::kind::answer, .subject = in_.storable(number.id(), 4, where), .where = where});
}

void hook::need_map(const lsmith::map& wanted, const written_at& where) { in_.need_map(wanted, where); }

node_id hook::make_variable(const name& which, std::uint32_t size) { return in_.variable(which.text, size, which.where); }

// -------------------------------------------------------------------------------------------------------------- maps --

value cell::get(written_at where) const {
  return {*in_, in_->here({.what = op::memory, .type = {.what = sort::number, .bits = bits_, .is_signed = is_signed_}, .a = base_,
                           .number = offset_, .name = "a map's value", .where = where})};
}

namespace {
node_id node_of(recording& in, const field_value& from, std::uint32_t size, const written_at& where) {
  return in.storable(from.node == node_id::none ? in.number(from.number, where) : from.node, size, where);
}
}  // namespace

void cell::set(const field_value& to, written_at where) const {
  in_->add({.what = statement::kind::store, .subject = base_, .value = node_of(*in_, to, bits_ / 8u, where),
            .offset = static_cast<std::int32_t>(offset_), .bits = bits_, .where = where});
}

void cell::change(std::int32_t code, const field_value& by, const written_at& where) const {
  if (bits_ < 32) in_->tell(cause::value_unfit, where, "a narrow field", "32 or 64 bits wide, as atomic changes are");
  in_->add({.what = statement::kind::change, .subject = base_, .value = node_of(*in_, by, bits_ / 8u, where),
            .offset = static_cast<std::int32_t>(offset_), .bits = bits_, .code = code, .where = where});
}

void cell::add(const field_value& amount, written_at where) const { change(isa::atomic_code::add, amount, where); }
void cell::or_(const field_value& bits, written_at where) const { change(isa::atomic_code::or_, bits, where); }

value cell::fetch_add(const field_value& amount, written_at where) const {
  return {*in_, in_->here({.what = op::fetch, .type = {.what = sort::number, .bits = bits_, .is_signed = is_signed_}, .a = base_,
                           .b = node_of(*in_, amount, bits_ / 8u, where), .code = isa::atomic_code::add, .number = offset_,
                           .name = "a map's value", .where = where})};
}

namespace detail {

node_id look_up(recording& in, std::string_view map, const record_value& key, const written_at& where) {
  return in.here({.what = op::lookup, .type = {.what = sort::pointer, .by = reach::own}, .name = std::string(map),
                  .image = image_of(in, key, where), .where = where});
}

void when_found(recording& in, node_id entry, const std::function<void()>& found, const std::function<void()>& missing,
                const written_at& where) {
  statement made{.what = statement::kind::when, .subject = in.test(entry), .where = where};
  if (found) in.within(made.body, found);
  if (missing) in.within(made.otherwise, missing);
  in.add(std::move(made));
}

void update(recording& in, std::string_view map, const record_value& key, const record_value& to, const written_at& where) {
  in.add({.what = statement::kind::update, .name = std::string(map), .key = image_of(in, key, where),
          .record = image_of(in, to, where), .where = where});
}

void remove(recording& in, std::string_view map, const record_value& key, const written_at& where) {
  in.add({.what = statement::kind::remove, .name = std::string(map), .key = image_of(in, key, where), .where = where});
}

}  // namespace detail

// -------------------------------------------------------------------------------------------------------- the object --

namespace {

bool does_something(const statements& all) {
  for (const statement& one : all) {
    if (one.what == statement::kind::compute) continue;
    if (one.what != statement::kind::when && one.what != statement::kind::repeat) return true;
    if (does_something(one.body) || does_something(one.otherwise)) return true;
  }
  return false;
}

bool reports(const statements& all) {
  for (const statement& one : all) {
    const bool is_verdict = one.what == statement::kind::deny || one.what == statement::kind::allow;
    if (one.what == statement::kind::report || (is_verdict && one.record.size != 0)) return true;
    if (reports(one.body) || reports(one.otherwise)) return true;
  }
  return false;
}

void add_scope(recording& to, const options& how, const written_at& where) {
  switch (how.scope) {
    case scope::system: return;
    case scope::cgroup:
      return to.need_map({.name = std::string(scope_cgroup), .type = map_type::cgroup_array, .value_size = 4}, where);
    case scope::uid: to.constant(scope_uid, 0, 32, false, where); return;
    case scope::pid: to.constant(scope_pid, 0, 32, false, where); return;
  }
}

void add_switches(recording& to, const options& how, const written_at& where) {
  if (how.lifetime == lifetime::deadline) to.constant(deadline, UINT64_MAX, 64, false, where);
  if (how.dry_runs == dry_runs::while_attached) to.variable(dry_run_map, sizeof(std::uint64_t), where);
}

void add_events(recording& to, const options& how, const written_at& where) {
  if (!reports(to.program())) return;
  const bool ring = how.events == channel::ring_buffer;
  to.need_map({.name = std::string(events_map), .type = ring ? map_type::ringbuf : map_type::perf_event_array,
               .key_size = ring ? 0u : 4u, .value_size = ring ? 0u : 4u, .entries = ring ? ring_size : 0}, where);
  to.need_map({.name = std::string(lost_map)}, where);
}

std::string program_name(const name& hook, const options& how) {
  constexpr std::size_t longest = 15;
  return std::string(how.name.empty() ? hook.text.substr(0, longest) : how.name);
}

/// The recorded program in instructions; faults are told to the recording.
std::optional<isa::code> build(recording& from, const std::string& name, const options& how, const written_at& where) {
  lowered made = lower(from, how);
  if (!from.wrong().empty()) return std::nullopt;
  thread(made.steps);
  const std::uint32_t stack = allocate(made.steps, made.stack);
  thread(made.steps);
  if (stack > stack_limit) {
    from.tell(cause::stack_exceeded, where, name, {}, stack);
    return std::nullopt;
  }
  auto code = emit(made.steps);
  if (code) return std::move(*code);
  for (const fault& each : code.error()) from.wrong().add(each);
  return std::nullopt;
}

}  // namespace

policy::policy(const btf::types& kernel) : kernel_(kernel) {}
policy::~policy() = default;

policy& policy::lsm(const name& hook_name, const std::function<void(hook&)>& rule, const options& how) {
  auto found = btf::find_hook(kernel_, hook_name.text);
  if (!found) {
    found.error().where = place::of(hook_name.where);
    wrong_.add(found.error());
    return *this;
  }
  recording in(kernel_, *found, whole_);
  hook writing(in);
  const std::string name = program_name(hook_name, how);
  rule(writing);
  add_scope(in, how, hook_name.where);
  add_switches(in, how, hook_name.where);
  add_events(in, how, hook_name.where);
  if (in.wrong().empty() && !does_something(in.program())) in.tell(cause::verdict_missing, hook_name.where, name);
  std::optional<isa::code> code;
  if (in.wrong().empty()) code = build(in, name, how, hook_name.where);
  for (const fault& each : in.wrong()) wrong_.add(each);
  if (!code) return *this;
  program made = isa::make_program(name, found->name, std::move(*code));
  made.attach = how.attach;
  made.sleepable = how.sleepable;
  whole_.programs.push_back(std::move(made));
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
    if (each.name == denial_name || each.name.starts_with(std::string(denial_name) + "_")) each.value = 0;
}

}  // namespace lsmith::dsl
