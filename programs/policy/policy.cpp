#include <lsmith/programs/policy/policy.hpp>

#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <iterator>
#include <utility>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>

namespace lsmith::programs {
namespace {

dsl::channel channel_of(event_channel through) {
  return through == event_channel::perf_buffer ? dsl::channel::perf_buffer : dsl::channel::ring_buffer;
}

loader::map_contents contents_for(const std::vector<exempt_file>& executables) {
  std::vector<file_identity> keys;
  std::vector<std::uint64_t> generations;
  for (const exempt_file& one : executables) {
    keys.push_back(one.file);
    generations.push_back(one.generation);
  }
  return contents_of(reserved::except_exe, keys, generations);
}

/// What the limit of events per second is decided by.
struct event_rate {
  std::uint64_t second = 0;  ///< of the newest event, since boot
  std::uint64_t events = 0;  ///< that were reported in it
};

/// The first address among the values; zeros without one.
std::array<dsl::field_value, 2> address_of(const std::vector<shown>& values) {
  const auto one = std::ranges::find(values, value_form::address, &shown::form);
  if (one == values.end()) return {0, 0};
  return {one->upper ? dsl::field_value(one->upper->or_zero()) : dsl::field_value(0), dsl::field_value(one->what.or_zero())};
}

/// The values in the slots of an event; unused slots are zero.
std::array<dsl::field_value, event_values> slots_of(const std::vector<shown>& values) {
  std::array<dsl::field_value, event_values> all{0, 0, 0, 0};
  std::size_t slot = 0;
  for (const shown& one : values) {
    assert(slot + slots(one.form) <= event_values);
    if (one.form == value_form::address) all[slot++] = one.upper ? dsl::field_value(*one.upper) : dsl::field_value(0);
    all[slot++] = one.what;
  }
  return all;
}

}  // namespace

// ----------------------------------------------------------------------------------------------------------- denying --

void denier::operator()(int errno_, std::string_view rule, const std::vector<shown>& values, dsl::written_at where) const {
  deny(errno_, rule, values, {}, nullptr, where);
}

void denier::operator()(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
                        const dsl::text& text, dsl::written_at where) const {
  deny(errno_, rule, values, text_name, &text, where);
}

void denier::quietly(int errno_, dsl::written_at where) const {
  in_.only_in_scope(where);
  allow_exempt(where);
  in_.deny(errno_, where);
}

void denier::allow_if(const dsl::condition& so, const dsl::written_at& where) const {
  in_.when(so, [&] { in_.allow(where); }, where);
}

// The cheapest test comes first. All of them run after the rule has decided to deny, so a call that the rule does not deny
// costs nothing more.
void denier::allow_exempt(const dsl::written_at& where) const {
  const common_choices& choices = of_.choices_;
  if (choices.disarmed) allow_if(in_.variable<std::uint64_t>({reserved::armed, where}).number().get(where) == 0, where);
  if (choices.expires) {
    const dsl::value deadline = in_.variable<std::uint64_t>({reserved::deadline, where}).number().get(where);
    allow_if(deadline != 0 && in_.time(where) >= deadline, where);
  }
  const exemptions& except = choices.except;
  if (!except.uids.empty()) allow_if(in_.uid(where).in(except.uids), where);
  if (!except.cgroups.empty()) allow_if(in_.in_cgroups({reserved::except_cgroups, where}, except.cgroups), where);
  if (except.executables.empty()) return;
  const dsl::value inode = in_.current(where)[{"mm", where}][{"exe_file", where}][{"f_inode", where}];
  const auto identity = dsl::record<file_identity>(inode[{"i_ino", where}], inode[{"i_sb", where}][{"s_dev", where}], 0);
  const auto room = static_cast<std::uint32_t>(except.executables.size());
  const auto known = in_.hash<file_identity, std::uint64_t>({reserved::except_exe, where}, room);
  known.find(identity, where).found([&](auto entry) {
    const dsl::value generation = entry.number().get(where);
    allow_if(generation == exempt_file::any_generation || generation == inode[{"i_generation", where}], where);
  });
}

// Two CPUs may see a new kind of decision at the same time: the first one inserts a count of 0, and both add to it.
void denier::count(const dsl::value& retval, std::uint32_t rule, const std::vector<shown>& values,
                   const dsl::written_at& where) const {
  const dsl::field_value first = values.empty() ? dsl::field_value(0) : dsl::field_value(values.front().what.or_zero());
  const auto counts = in_.hash<decision_key, decision_count>({reserved::decisions, where}, most_decisions);
  const auto uncounted = in_.variable<std::uint64_t>({reserved::uncounted, where}).number();
  const dsl::value now = in_.time(where);
  const dsl::value file = in_.current(where)[{"mm", where}][{"exe_file", where}];
  const dsl::text executable =
      file[{"f_path.dentry", where}][{"d_name.name", where}].or_zero().text(sizeof(decision_key::executable), where);
  const auto met = address_of(values);
  const auto key = dsl::record<decision_key>(in_.uid(where), retval, rule, 0, first, met[0], met[1], executable);
  const auto add = [&](auto seen) {
    seen[&decision_count::count].add(1, where);
    seen[&decision_count::last].set(now, where);
  };
  counts.find(key, where).found(add, [&] {
    counts.insert(key, dsl::record<decision_count>(0, now, now), where);
    counts.find(key, where).found(add, [&] { uncounted.add(1, where); });
  });
}

// Two CPUs at the same time may report an event too many, or count one too few against the limit: it is no exact one. The verdict
// is the same in any case.
void denier::limit_events(int errno_, const dsl::written_at& where) const {
  constexpr std::int64_t second = 1'000'000'000;
  const auto rate = in_.variable<event_rate>({reserved::event_rate, where});
  const dsl::value now = in_.uptime(where) / second;
  in_.when(
      rate[&event_rate::second].get(where) != now,
      [&] {
        rate[&event_rate::second].set(now, where);
        rate[&event_rate::events].set(0, where);
      },
      where);
  in_.when(
      rate[&event_rate::events].get(where) >= of_.choices_.events_per_second,
      [&] {
        in_.variable<std::uint64_t>({reserved::suppressed, where}).number().add(1, where);
        in_.deny(errno_, where);
      },
      where);
  rate[&event_rate::events].add(1, where);
}

void denier::deny(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
                  const dsl::text* text, const dsl::written_at& where) const {
  rule_description described{of_.name_, std::string(hook_), std::string(rule), {}, std::string(text_name)};
  for (const shown& one : values) described.values.push_back({one.name, one.form});
  const std::uint32_t number = of_.add_rule(std::move(described));
  const common_choices& choices = of_.choices_;

  in_.only_in_scope(where);
  allow_exempt(where);
  const dsl::value retval = in_.denial(errno_, where);
  if (choices.count_decisions) count(retval, number, values, where);
  if (choices.events == event_channel::none) return in_.deny(errno_, where);
  if (choices.events_per_second != 0) limit_events(errno_, where);
  const auto slot = slots_of(values);
  auto report = dsl::record<event>(in_.uptime(where), in_.thread(where), in_.pid(where), in_.uid(where), in_.gid(where), retval,
                                   number, in_.comm(where), slot[0], slot[1], slot[2], slot[3],
                                   text ? dsl::field_value(*text) : dsl::field_value(0));
  if (text == nullptr) {  // members that a record leaves out are zero
    report.fields.pop_back();
    report.values.pop_back();
  }
  in_.deny(errno_, report, where);
}

// ---------------------------------------------------------------------------------------------------------- the policy --

/// An exemption is worth only as much as the kernel's knowledge of what a process runs. exec sets it, and prctl(2) can change it,
/// even without privilege in a user namespace. PR_SET_MM_MAP can do so too; what it requests is in user memory.
void policy::keep_executables() {
  on("task_prctl", "what a process claims to run", [](dsl::hook& h, const denier& deny) {
    const auto option = h.arg("option"), what = h.arg("arg2");
    h.when(option == PR_SET_MM && what.in({PR_SET_MM_EXE_FILE, PR_SET_MM_MAP}),
           [&] { deny(EPERM, "executable-claimed", {{"option", option}, {"what", what}}); });
  });
  keep_generations();
}

void policy::keep_generations() {
  // FS_IOC_SETVERSION (include/uapi/linux/fs.h) and EXT4_IOC_SETVERSION (fs/ext4/ext4.h), of 64-bit and of 32-bit programs.
  constexpr std::array<std::int64_t, 4> commands = {0x40087602, 0x40047602, 0x40086604, 0x40046604};
  const auto refuse = [&](dsl::hook& h, const denier& deny) {
    const auto command = h.arg("cmd");
    h.when(command.in(commands), [&] { deny(EPERM, "generation-set", {{"command", command, value_form::hex}}); });
  };
  on("file_ioctl", "generations of files", refuse);
  on_if_present("file_ioctl_compat", refuse);
}

std::uint32_t policy::add_rule(rule_description what) {
  const auto known = std::ranges::find(rules_, what);
  const auto number = static_cast<std::uint32_t>(known - rules_.begin());
  if (known == rules_.end()) rules_.push_back(std::move(what));
  return number;
}

/// A program's name has at most 15 characters (BPF_OBJ_NAME_LEN is 16), and is unique within its object.
std::string policy::program_name(std::string_view hook) {
  constexpr std::size_t longest = 15;
  std::string name(hook.substr(0, longest));
  for (unsigned copy = 2; std::ranges::find(names_, name) != names_.end(); ++copy) {
    const std::string ending = "_" + std::to_string(copy);
    name = std::string(hook.substr(0, longest - ending.size())) + ending;
  }
  names_.push_back(name);
  return name;
}

bool policy::has_hook(std::string_view hook) const { return btf::find_hook(kernel_, hook).has_value(); }

bool policy::has_argument(std::string_view hook, std::string_view argument) const {
  const auto found = btf::find_hook(kernel_, hook);
  return found && btf::find_argument(kernel_, *found, argument).has_value();
}

bool policy::has_member(std::string_view type, std::string_view member) const {
  const auto found = kernel_.find(type, btf::composites);
  return found && kernel_.locate(found->id(), member).has_value();
}

std::optional<std::int64_t> policy::enumerator(std::string_view type, std::string_view name) const {
  const auto found = kernel_.find(type, btf::enums);
  if (!found) return std::nullopt;
  for (const btf::enumerator each : found->enumerators())
    if (each.name == name) return each.value;
  return std::nullopt;
}

void policy::add_fault(fault what, const location& there) {
  if (!what.where.known()) what.where = there.known() ? there : asked_at_;
  wrong_.add(what);
}

void policy::on(const dsl::name& hook, std::string_view part, const rule_function& rule) {
  if (!has_hook(hook.text)) {
    not_held_.push_back({name_, std::string(part), std::string(hook.text)});
    return;
  }
  const std::string name = program_name(hook.text);
  programs_.lsm(hook, [&](dsl::hook& h) { rule(h, denier(*this, h, hook.text)); },
                {.name = name, .scope = choices_.scope, .events = channel_of(choices_.events), .ring_size = choices_.ring_size});
}

void policy::on_if_present(const dsl::name& hook, const rule_function& rule) {
  if (has_hook(hook.text)) on(hook, {}, rule);
}

std::vector<std::string> maps_to_freeze(const object& whole) {
  constexpr map_type written_to[] = {map_type::ringbuf, map_type::perf_event_array, map_type::array_of_maps,
                                     map_type::hash_of_maps, map_type::prog_array};
  std::vector<std::string> names;
  for (const map& one : whole.maps)
    if (one.name != reserved::armed && one.name != reserved::deadline && one.name != reserved::dry_run &&
        one.name != reserved::scope_seeds &&  // the loader freezes it once the tree is complete
        std::ranges::find(written_to, one.type) == std::end(written_to))
      names.push_back(one.name);
  return names;
}

namespace {

/// Programs are attached in their order. One that denies bpf(2), or its capabilities, denies attaching those after it, so it is moved
/// to the end.
void attach_last(std::vector<program>& all) {
  std::vector<program> first, last;
  for (program& one : all) (one.hook == "bpf" || one.hook == "capable" ? last : first).push_back(std::move(one));
  std::ranges::move(last, std::back_inserter(first));
  all = std::move(first);
}

}  // namespace

checked<made_policy> policy::finish() && {
  const auto& known = choices_.except.executables;
  if (!known.empty() && !names_.empty()) keep_executables();
  if (!wrong_.empty()) return std::unexpected(std::move(wrong_));
  if (names_.empty() && !not_held_.empty())
    return std::unexpected(faults({.why = cause::kernel_too_old, .name = "hook " + not_held_.front().hook, .of = lowest_}));
  auto whole = std::move(programs_).finish();
  if (!whole) return std::unexpected(whole.error());
  attach_last(whole->programs);
  if (!known.empty()) contents_.push_back(contents_for(known));
  return made_policy{std::move(*whole), std::move(contents_), std::move(rules_), std::move(not_held_)};
}

}  // namespace lsmith::programs
