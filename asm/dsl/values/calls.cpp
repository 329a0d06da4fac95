#include <lsmith/asm/dsl/values/calls.hpp>

#include <optional>

#include <lsmith/asm/dsl/graph/helper_table.hpp>
#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {
namespace {

/// Kernel functions that acquire a reference, and those that release it. The kernel marks them with flags that are not in
/// its BTF (KF_ACQUIRE, KF_RELEASE).
struct reference_pair {
  std::string_view acquire, release;
};
constexpr reference_pair pairs[] = {
    {"bpf_task_acquire", "bpf_task_release"},       {"bpf_task_from_pid", "bpf_task_release"},
    {"bpf_task_from_vpid", "bpf_task_release"},     {"bpf_cgroup_acquire", "bpf_cgroup_release"},
    {"bpf_cgroup_ancestor", "bpf_cgroup_release"},  {"bpf_cgroup_from_id", "bpf_cgroup_release"},
    {"bpf_task_get_cgroup1", "bpf_cgroup_release"}, {"bpf_get_task_exe_file", "bpf_put_file"},
    {"bpf_lookup_user_key", "bpf_key_put"},         {"bpf_lookup_system_key", "bpf_key_put"},
    {"bpf_cpumask_create", "bpf_cpumask_release"},  {"bpf_cpumask_acquire", "bpf_cpumask_release"},
};

const reference_pair* pair_of(std::string_view function) {
  for (const reference_pair& each : pairs)
    if (each.acquire == function) return &each;
  return nullptr;
}

bool is_release(std::string_view function) {
  for (const reference_pair& each : pairs)
    if (each.release == function) return true;
  return false;
}

std::optional<isa::helper> helper_named(std::string_view name) {
  constexpr std::string_view prefix = "bpf_";
  const std::string_view bare = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  const std::int32_t number = isa::number_of_helper(bare);
  return number != 0 ? std::optional(static_cast<isa::helper>(number)) : std::nullopt;
}

std::vector<node_id> ids_of(const std::vector<value>& arguments) {
  std::vector<node_id> ids;
  for (const value& each : arguments) ids.push_back(each.id());
  return ids;
}

node_id call_helper(recording& in, isa::helper which, const name& function, const std::vector<node_id>& given) {
  const std::string_view bare = isa::name_of(which);
  const helper_facts* facts = find_helper(which);
  if (facts == nullptr) return in.add_fault(cause::call_forbidden, function.where, bare, in.hook().name);
  if (!may_call(*facts, in.how().attach, in.how().sleepable)) {
    if (facts->when == callable::sleepable_only) return in.add_fault(cause::call_sleeps, function.where, bare, in.program_name());
    return in.add_fault(cause::call_forbidden, function.where, bare, in.hook().name);
  }
  if (!facts->word.empty()) return in.add_fault(cause::use_dsl_function, function.where, bare, facts->word);
  const bool has_context = facts->takes[0] == takes_context;
  const std::size_t expected = facts->arguments() - (has_context ? 1 : 0);
  if (given.size() != expected)
    return in.add_fault(cause::call_arguments, function.where, bare, {}, static_cast<std::int64_t>(given.size()),
                        static_cast<std::int64_t>(expected));
  node made{.what = op::call_here,
            .type = {.what = value_kind::number},
            .helper = which,
            .name = std::string(bare),
            .where = function.where};
  if (has_context) made.more.push_back(in.context(function.where));
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string_view takes = facts->takes[i + (has_context ? 1 : 0)];
    made.more.push_back(takes == takes_number ? in.storable(given[i], 8, function.where)
                                              : in.trusted_pointer_to(takes, given[i], function.where));
  }
  if (facts->gives != takes_number) made.type = in.pointer_shape(facts->gives, facts->never_null);
  return in.here(std::move(made));
}

/// Whether the kernel's name for the parameter has a suffix that means more than a number or a pointer to a struct
/// (Documentation/bpf/kfuncs.rst).
bool is_marked(std::string_view parameter) {
  for (const std::string_view mark :
       {"__sz", "__szk", "__k", "__str", "__uninit", "__ign", "__prog", "__refcounted_kptr", "__map"})
    if (parameter.ends_with(mark)) return true;
  return false;
}

node_id kernel_argument(recording& in, const btf::param& parameter, node_id given, const written_at& where) {
  const shape type = in.shape_of_type(parameter.type);
  const bool is_struct = type.what == value_kind::pointer && type.type != btf::type_id::none;
  if (is_marked(parameter.name) || (type.what != value_kind::number && !is_struct))
    return in.add_fault(cause::value_unfit, where, parameter.name, "a number or a pointer to a struct, as arguments here are");
  return is_struct ? in.trusted_pointer_to(in.name_of(type.type), given, where)
                   : in.storable(given, std::max(type.bits / 8u, 4u), where);
}

/// A node that calls a kernel function, without a statement yet; nothing after reporting a fault.
std::optional<node> kernel_call(recording& in, const name& function, const std::vector<node_id>& given) {
  const auto found = in.kernel().find(function.text, btf::kind::func);
  const auto wrong = [&](node_id) { return std::nullopt; };
  if (!found) return wrong(in.add_fault(cause::unknown_helper, function.where, function.text));
  const auto proto = in.kernel().at(found->target());
  if (proto->params().size() != given.size())
    return wrong(in.add_fault(cause::call_arguments, function.where, function.text, {}, static_cast<std::int64_t>(given.size()),
                              proto->params().size()));
  node made{.what = op::call_here,
            .type_name = std::string(function.text),
            .name = std::string(function.text),
            .where = function.where};
  made.type = proto->target() == btf::type_id::none ? shape{.what = value_kind::number} : in.shape_of_type(proto->target());
  if (made.type.what != value_kind::number && made.type.what != value_kind::pointer)
    return wrong(in.add_fault(cause::value_unfit, function.where, function.text, "a function that gives a number or a pointer"));
  for (std::uint32_t i = 0; i < given.size(); ++i)
    made.more.push_back(kernel_argument(in, proto->params()[i], given[i], function.where));
  return made;
}

node_id call_any(recording& in, const name& function, const std::vector<node_id>& given) {
  if (const auto helper = helper_named(function.text)) return call_helper(in, *helper, function, given);
  auto made = kernel_call(in, function, given);
  return made ? in.here(std::move(*made)) : in.nothing(function.where);
}

}  // namespace

value calls::call(const name& function, const std::vector<value>& arguments) {
  if (pair_of(function.text) != nullptr)
    return {recording_, recording_.add_fault(cause::reference_leak, function.where, function.text)};
  if (is_release(function.text))
    return {recording_, recording_.add_fault(cause::reference_release, function.where, function.text)};
  return {recording_, call_any(recording_, function, ids_of(arguments))};
}

held calls::hold(const name& function, const std::vector<value>& arguments) {
  const reference_pair* pair = pair_of(function.text);
  if (pair == nullptr)
    return {recording_,
            recording_.add_fault(cause::value_unfit, function.where, function.text, "a function that hands out a reference"),
            {},
            function.where};
  auto made = kernel_call(recording_, function, ids_of(arguments));
  return {recording_, made ? recording_.apart(std::move(*made)) : recording_.nothing(function.where), pair->release,
          function.where};
}

void held::found(const std::function<void(const value&)>& body, const std::function<void()>& missing) const {
  recording& in = in_.at(where_);
  const node_id reference = in_.own(made_, where_);
  statement made{.what = statement::kind::hold, .subject = reference, .name = std::string(release_), .where = where_};
  in.within_hold(made.body, [&] { body({in, reference}); });
  if (missing) in.within(made.otherwise, missing);
  in.add(std::move(made));
}

}  // namespace lsmith::dsl
