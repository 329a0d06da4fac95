// deny-socket-family at the exact level, in a separate file, so that a program that links it statically does not also link the
// typed level.
#include <lsmith/programs/policies/network/deny_socket_family.hpp>

#include <algorithm>
#include <string>

namespace lsmith::programs {

namespace {

/// The families, sorted, each once; or the faults.
checked<std::vector<int>> sound(std::vector<int> families) {
  faults wrong;
  if (families.empty()) wrong.add({.why = cause::value_missing, .name = "--family", .of = "deny-socket-family"});
  for (int family : families)
    if (family < 0 || family > 255)
      wrong.add({.why = cause::value_invalid, .name = std::to_string(family), .of = "--family: it takes 0 to 255"});
  if (!wrong.empty()) return std::unexpected(wrong);
  std::ranges::sort(families);
  families.erase(std::ranges::unique(families).begin(), families.end());
  return families;
}

/// Jumps to `listed` for a socket that reaches one of the families. Needs the context in r6, and the family in r7; clobbers r2.
void refuse_aliases(isa::assembler& code, const std::vector<int>& families, isa::label listed) {
  using namespace isa;
  for (const socket_alias& one : socket_aliases) {
    if (std::ranges::count(families, one.reaches) == 0) continue;
    const label other = code.new_label("not_alias");
    code({
        jne(w7, one.family, other),
        load(r2, mem64[r6 + argument("protocol")]),
        jeq(w2, one.protocol, listed),
        bind(other),
    });
  }
}

}  // namespace

checked<object> deny_socket_family(const std::vector<int>& named, const lean_choices& choices) {
  using namespace isa;
  const auto families = sound(named);
  if (!families) return std::unexpected(families.error());
  assembler code;
  const label pass = code.new_label("pass");
  const label leave = code.new_label("leave");
  const label listed = code.new_label("listed");

  begin(code, leave);
  code({
      load(r1, mem64[r6 + argument("kern")]),
      jne(w1, 0, leave),
      load(r7, mem64[r6 + argument("family")]),
  });
  for (int family : *families) code({jeq(w7, family, listed)});
  refuse_aliases(code, *families, listed);
  code({
      bind(leave),
      exit(),
      bind(listed),
  });
  test_bound(code, choices, pass);
  if (reports(choices)) {
    code({
        mov(w7, w7),
        load(r8, mem64[r6 + argument("type")]),
        mov(w8, w8),
        load(r9, mem64[r6 + argument("protocol")]),
        mov(w9, w9),
    });
    const r_register decided[] = {r7, r8, r9};
    report(code, choices, decided);
  }
  deny(code);
  if (may_pass(choices)) code({bind(pass), mov(r0, 0), exit()});

  return make_object("socket_family", "socket_create", std::move(code), choices);
}

}  // namespace lsmith::programs
