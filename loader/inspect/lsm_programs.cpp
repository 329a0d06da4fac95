#include <lsmith/loader/inspect/lsm_programs.hpp>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

error explain(error why) {
  if (why.system_error != EPERM) return why;
  return {
      .why = cause::missing_capability, .system_error = EPERM, .name = "CAP_SYS_ADMIN", .of = "listing the kernel's programs"};
}

/// Calls `take` with every object of one kind. One that is freed during the walk is skipped.
result<void> for_each(kernel_object which, const std::function<void(const fd&)>& take) {
  for (std::uint32_t id = 0;;) {
    const auto next = next_id(which, id);
    if (!next && next.error().system_error == ENOENT) return {};
    if (!next) return failure(explain(next.error()));
    id = *next;
    const auto opened = open_id(which, id);
    if (opened) take(*opened);
    else if (opened.error().system_error != ENOENT) return failure(explain(opened.error()));
  }
}

bool is(const abi::prog_info& program, abi::prog_type type) { return program.type == static_cast<std::uint32_t>(type); }

bool replaces_function(const abi::link_info& link) {
  return link.type == static_cast<std::uint32_t>(abi::link_type::tracing) &&
         link.tracing.attach_type == static_cast<std::uint32_t>(abi::attach_type::modify_return);
}

/// Copies what the link reports about its program.
void take_link(const abi::link_info& link, lsm_program& into) {
  into.link = link.id;
  into.replaces_function = replaces_function(link);
  if (link.type == static_cast<std::uint32_t>(abi::link_type::cgroup)) {
    into.to_cgroup = true;
    into.cgroup = link.cgroup.cgroup_id;
  } else if (into.hook == 0) {
    into.hook = link.tracing.target_btf_id;
  }
}

}  // namespace

std::string lsm_program::name() const {
  const std::string_view all(program.name, sizeof program.name);
  return std::string(all.substr(0, all.find('\0')));
}

result<std::uint64_t> missed_calls(std::span<const fd> programs) {
  std::uint64_t sum = 0;
  for (const fd& program : programs) {
    const auto info = describe_program(program);
    if (!info) return failure(info.error());
    sum += info->recursion_misses;
  }
  return sum;
}

result<std::vector<lsm_program>> lsm_programs() {
  std::vector<lsm_program> all;
  auto walked = for_each(kernel_object::program, [&](const fd& program) {
    const auto info = describe_program(program);
    if (info && (is(*info, abi::prog_type::lsm) || is(*info, abi::prog_type::tracing)))
      all.push_back({.program = *info, .hook = info->attach_btf_id});
  });
  if (!walked) return failure(walked.error());

  std::vector<lsm_program> attached;
  walked = for_each(kernel_object::link, [&](const fd& link) {
    const auto info = describe_link(link);
    if (!info) return;
    for (lsm_program& one : all) {
      if (one.program.id != info->prog_id || (is(one.program, abi::prog_type::tracing) && !replaces_function(*info))) continue;
      lsm_program by_this = one;
      take_link(*info, by_this);
      attached.push_back(by_this);
    }
  });
  if (!walked) return failure(walked.error());
  for (const lsm_program& one : all)
    if (is(one.program, abi::prog_type::lsm) &&
        std::ranges::none_of(attached, [&](const lsm_program& other) { return other.program.id == one.program.id; }))
      attached.push_back(one);
  std::ranges::sort(attached, {}, [](const lsm_program& one) { return std::pair(one.program.id, one.link); });
  return attached;
}

}  // namespace lsmith::loader
