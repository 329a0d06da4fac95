// Writes a policy against the artificial kernel; returns its instructions, or the message of its fault.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>

namespace lsmith::tests {

using rule = std::function<void(dsl::hook&)>;

inline checked<object> write(std::string_view hook, const rule& what, const dsl::options& how = {}) {
  return dsl::lsm(small_kernel_types(), hook, what, how);
}

inline std::size_t slots(const checked<object>& policy) {
  if (!policy) MESSAGE(to_string(policy.error()));
  REQUIRE(policy);
  return policy->programs[0].code.size();
}

inline std::string listing(const checked<object>& policy) {
  REQUIRE(policy);
  return isa::print_listing(policy->programs[0].code, {.helpers = isa::helper_calls::names});
}

inline std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The message of the only fault, without the file name before it.
inline std::string fault_of(std::string_view hook, const rule& what, const dsl::options& how = {}) {
  const auto failed = write(hook, what, how);
  REQUIRE_FALSE(failed.has_value());
  REQUIRE_MESSAGE(failed.error().size() == 1, to_string(failed.error()));
  const fault& only = failed.error()[0];
  CHECK(std::string_view(only.where.file).find("tests/asm/dsl") != std::string_view::npos);
  CHECK(only.where.line != 0);
  std::string text;
  describe_cause(only, {[](void* to, const char* piece, std::size_t size) { static_cast<std::string*>(to)->append(piece, size); }, &text});
  return text;
}

}  // namespace lsmith::tests
