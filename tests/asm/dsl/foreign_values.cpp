// A handle that is used in another rule than its own is a fault at its line, and never an access to a recording that has ended.
// Each row keeps a handle of one rule and uses it in another, in three ways: in the next program of a policy, in a rule within
// the rule, and in the rule around it.
#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string_view>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>

namespace lsmith::tests {
namespace {

using number_map = dsl::map_of<std::uint32_t, std::uint64_t>;

/// The handles of one rule.
struct kept {
  dsl::value number, pointer;
  dsl::condition yes;
  dsl::text name;
  dsl::byte_block bytes;
  number_map map;
  dsl::lookup<dsl::entry<std::uint64_t>> found;
  dsl::entry<std::uint64_t> variable;
  dsl::cell cell;
  dsl::storage<std::uint64_t> storage;
  dsl::program_array programs;
  dsl::local_function<std::uint32_t(std::uint32_t)> function;
  dsl::field_value field;
  dsl::record_value record;
  dsl::decision decision;

  explicit kept(dsl::hook& h)
      : number(h.arg("family")),
        pointer(h.current()),
        yes(number == 38),
        name(h.comm()),
        bytes(h.current()["comm"].bytes(4)),
        map(h.hash<std::uint32_t, std::uint64_t>("counts", 16)),
        found(map.find(h.pid())),
        variable(h.variable<std::uint64_t>("total", 0)),
        cell(variable.number()),
        storage(h.task_storage<std::uint64_t>("per_task")),
        programs(h.programs("stages", 2)),
        function(h.function<std::uint32_t(std::uint32_t)>("twice", [&](dsl::value x) { h.give(x + x); })),
        field(number),
        record(dsl::record<std::uint64_t>(h.time())),
        decision(h.when(yes, [&] { h.deny(EPERM); })) {}
};

struct use {
  std::string_view name;
  std::function<void(dsl::hook&, const kept&)> in_another;
};

const use uses[] = {
    {"a number", [](dsl::hook& h, const kept& k) { h.when(k.number == 3, [&] { h.deny(EPERM); }); }},
    {"a number, on the right", [](dsl::hook& h, const kept& k) { h.when(h.arg("type") == k.number, [&] { h.deny(EPERM); }); }},
    {"a number in a set", [](dsl::hook& h, const kept& k) { h.when(k.number.in({1, 2, 3, 4, 5, 6}), [&] { h.deny(EPERM); }); }},
    {"arithmetic", [](dsl::hook& h, const kept& k) { h.when((h.arg("type") + k.number) == 3, [&] { h.deny(EPERM); }); }},
    {"a member", [](dsl::hook& h, const kept& k) { h.when(k.pointer["nsproxy"], [&] { h.deny(EPERM); }); }},
    {"a pointer as condition", [](dsl::hook& h, const kept& k) { h.when(k.pointer, [&] { h.deny(EPERM); }); }},
    {"a cast", [](dsl::hook& h, const kept& k) { h.when(k.pointer.as("mm_struct")["brk"] == 3, [&] { h.deny(EPERM); }); }},
    {"a pointer, some bytes further",
     [](dsl::hook& h, const kept& k) { h.when(k.pointer.advanced_by(h.arg("type"))["nsproxy"] == 0, [&] { h.deny(EPERM); }); }},
    {"a number of bytes",
     [](dsl::hook& h, const kept& k) { h.when(h.current().advanced_by(k.number)["nsproxy"] == 0, [&] { h.deny(EPERM); }); }},
    {"a condition", [](dsl::hook& h, const kept& k) { h.when(k.yes, [&] { h.deny(EPERM); }); }},
    {"a condition, and", [](dsl::hook& h, const kept& k) { h.when(h.arg("type") == 3 && k.yes, [&] { h.deny(EPERM); }); }},
    {"a condition, not", [](dsl::hook& h, const kept& k) { h.when(!k.yes, [&] { h.deny(EPERM); }); }},
    {"a text", [](dsl::hook& h, const kept& k) { h.when(k.name == "x", [&] { h.deny(EPERM); }); }},
    {"a text's start", [](dsl::hook& h, const kept& k) { h.when(k.name.starts_with("x"), [&] { h.deny(EPERM); }); }},
    {"bytes", [](dsl::hook& h, const kept& k) { h.when(k.bytes == std::array<std::uint8_t, 2>{1, 2}, [&] { h.deny(EPERM); }); }},
    {"a map, find", [](dsl::hook& h, const kept& k) { k.map.find(h.pid()).found([&](auto) { h.deny(EPERM); }); }},
    {"a map, put", [](dsl::hook& h, const kept& k) { k.map.put(h.pid(), 1), h.deny(EPERM); }},
    {"a map, remove", [](dsl::hook& h, const kept& k) { k.map.remove(h.pid()), h.deny(EPERM); }},
    {"a lookup, found", [](dsl::hook& h, const kept& k) { k.found.found([&](auto) { h.deny(EPERM); }); }},
    {"a lookup, missing", [](dsl::hook& h, const kept& k) { k.found.missing([&] { h.deny(EPERM); }); }},
    {"a lookup as condition", [](dsl::hook& h, const kept& k) { h.when(k.found.is_there(), [&] { h.deny(EPERM); }); }},
    {"a variable, read", [](dsl::hook& h, const kept& k) { h.when(k.variable.number().get() == 3, [&] { h.deny(EPERM); }); }},
    {"a cell, set", [](dsl::hook& h, const kept& k) { k.cell.set(3), h.deny(EPERM); }},
    {"a cell, add", [](dsl::hook& h, const kept& k) { k.cell.add(3), h.deny(EPERM); }},
    {"a cell, exchange", [](dsl::hook& h, const kept& k) { h.when(k.cell.exchange(3) == 1, [&] { h.deny(EPERM); }); }},
    {"storage", [](dsl::hook& h, const kept& k) { k.storage.find(h.current()).found([&](auto) { h.deny(EPERM); }); }},
    {"storage, remove", [](dsl::hook& h, const kept& k) { k.storage.remove(h.current()), h.deny(EPERM); }},
    {"the owner of storage",
     [](dsl::hook& h, const kept& k) { h.task_storage<std::uint64_t>("own").remove(k.pointer), h.deny(EPERM); }},
    {"a program array", [](dsl::hook& h, const kept& k) { k.programs.enter(1), h.deny(EPERM); }},
    {"a function", [](dsl::hook& h, const kept& k) { h.when(k.function(1) == 2, [&] { h.deny(EPERM); }); }},
    {"an argument of a function",
     [](dsl::hook& h, const kept& k) {
       auto own = h.function<std::uint32_t(std::uint32_t)>("own", [&](dsl::value x) { h.give(x); });
       h.when(own(k.number) == 2, [&] { h.deny(EPERM); });
     }},
    {"a result of a function",
     [](dsl::hook& h, const kept& k) {
       auto own = h.function<std::uint32_t(std::uint32_t)>("own", [&](dsl::value) { h.give(k.number); });
       h.when(own(1) == 2, [&] { h.deny(EPERM); });
     }},
    {"a field of a record", [](dsl::hook& h, const kept& k) { h.deny(EPERM, dsl::record<std::uint32_t>(k.number)); }},
    {"a field",
     [](dsl::hook& h, const kept& k) { h.hash<std::uint32_t, std::uint64_t>("own", 16).put(k.field, 1), h.deny(EPERM); }},
    {"a record", [](dsl::hook& h, const kept& k) { h.deny(EPERM, k.record); }},
    {"a decision", [](dsl::hook& h, const kept& k) { k.decision.otherwise([&] { h.deny(EPERM); }), h.deny(EPERM); }},
    {"an argument of a kernel call",
     [](dsl::hook& h, const kept& k) { h.call("bpf_get_prandom_u32", {k.number}), h.deny(EPERM); }},
    {"a return value", [](dsl::hook& h, const kept& k) { h.return_value(k.number); }},
};

bool is_foreign(const fault& one) {
  return one.why == cause::foreign_value && one.where.line != 0 &&
         std::string_view(one.where.file).ends_with("foreign_values.cpp");
}

template <class Result>
void check_refused(const Result& made) {
  REQUIRE_FALSE(made.has_value());
  bool found = false;
  for (const fault& one : made.error()) {
    found = found || is_foreign(one);
    CHECK(one.where.known());
  }
  CHECK_MESSAGE(found, to_string(made.error()));
}

/// A rule that uses its own handles in all these ways, as the others use foreign ones.
bool is_fault_of_its_own(std::string_view name) {
  return name == "a decision" || name == "an argument of a kernel call" || name == "a return value";
}

}  // namespace

TEST_CASE("dsl: what is used in the rule that made it is no foreign value") {
  for (const use& row : uses) {
    CAPTURE(row.name);
    const auto made = dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) {
      const kept own(h);
      row.in_another(h, own);
    });
    if (made) continue;
    for (const fault& one : made.error()) CHECK(one.why != cause::foreign_value);
    CHECK_MESSAGE(is_fault_of_its_own(row.name), to_string(made.error()));
  }
}

TEST_CASE("dsl: a handle of one program is a fault in the next one") {
  for (const use& row : uses) {
    CAPTURE(row.name);
    std::optional<kept> first;
    dsl::policy both(small_kernel_types());
    both.lsm("socket_create", [&](dsl::hook& h) { first.emplace(h); });
    both.lsm("socket_create", [&](dsl::hook& h) { row.in_another(h, *first); }, {.name = "second"});
    check_refused(std::move(both).finish());
  }
}

TEST_CASE("dsl: a handle of a rule is a fault in a rule within it, and the other way round") {
  for (const use& row : uses) {
    CAPTURE(row.name);
    const auto outer = dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& around) {
      const kept own(around);
      check_refused(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) { row.in_another(h, own); }));
    });
    CHECK(outer.has_value());  // the rule within did not change it
    check_refused(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) {
      std::optional<kept> inner;
      CHECK(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& within) { inner.emplace(within); }).has_value());
      row.in_another(h, *inner);
    }));
  }
}

TEST_CASE("dsl: a handle that is used after its rule has ended is harmless") {
  std::optional<kept> only;
  CHECK(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) { only.emplace(h); }).has_value());
  const dsl::value more = only->number + 1;
  only->map.put(more, 1);
  only->map.find(more).found([](auto one) { one.number().add(1); });
  only->cell.set(more);
  CHECK(dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) { h.deny(EPERM); }).has_value());
}

TEST_CASE("dsl: otherwise belongs directly behind its when") {
  const auto made = dsl::lsm(small_kernel_types(), "socket_create", [&](dsl::hook& h) {
    auto first = h.when(h.arg("type") == 1, [&] { h.deny(EPERM); });
    h.when(h.arg("type") == 2, [&] { h.deny(EACCES); });
    first.otherwise([&] { h.allow(); });
  });
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error()[0].why == cause::value_out_of_scope);
}

}  // namespace lsmith::tests
