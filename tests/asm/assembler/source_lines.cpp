// Lines are stored as steps from one to the next, and are read back as they were added.
#include <doctest/doctest.h>

#include <random>

#include <lsmith/asm/assembler/assembler.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

constexpr char here[] = "here.cpp", there[] = "there.cpp";

/// Lines that need every encoding of a step.
const std::vector<source_line> odd = {
    {0, {here, 10, 5, location::no_offset}},  {1, {here, 11, 5, location::no_offset}},    {2, {here, 2, 5, location::no_offset}},
    {3, {here, 1, 5, location::no_offset}},   {7, {here, 24, 5, location::no_offset}},    {8, {here, 48, 5, location::no_offset}},
    {13, {here, 48, 5, location::no_offset}}, {14, {here, 48, 5000, location::no_offset}}, {15, {here, 48, 0, location::no_offset}},
    {16, {there, 48, 0, location::no_offset}}, {17, {here, 48, 0, location::no_offset}},   {18, {here, ~0u, ~0u, location::no_offset}},
    {19, {}},                              {20, location::at(77)},                     {21, location::at(location::no_offset - 1)},
    {21, {here, 1, 1, location::no_offset}},  {2, {here, 1, 1, location::no_offset}},     {~0u, {nullptr, 3, 0, location::no_offset}},
};

}  // namespace

TEST_CASE("source lines: lines are read back as they were added, near or far, in order or not") {
  const source_lines kept{std::span(odd)};
  CHECK(kept.listed() == odd);
  CHECK(kept.size() == odd.size());
  CHECK(kept.front() == odd.front());
  CHECK(kept.back() == odd.back());
  CHECK(source_lines().empty());
  CHECK(source_lines().listed().empty());
  CHECK(source_lines().begin() == source_lines().end());
}

TEST_CASE("source lines: random steps are read back") {
  std::mt19937 random(7);
  const std::uint32_t reaches[] = {2, 40, 5000, ~0u};
  std::vector<source_line> all;
  source_line next;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t reach = reaches[random() % 4];
    next.slot += random() % 8 == 0 ? static_cast<std::uint32_t>(random()) : 1;
    next.where.line += static_cast<std::uint32_t>(random()) % reach - reach / 2;
    if (random() % 4 == 0) next.where.column = static_cast<std::uint32_t>(random()) % reach;
    if (random() % 16 == 0) next.where.file = random() % 2 == 0 ? here : there;
    if (random() % 64 == 0) next.where.offset = random();
    all.push_back(next);
  }
  CHECK(source_lines(std::span(all)).listed() == all);
}

TEST_CASE("source lines: copies are independent, and equal as long as their lines are") {
  source_lines one{std::span(odd)};
  source_lines other = one;
  CHECK(one == other);
  other.add({30, {there, 1, 1, location::no_offset}});
  CHECK_FALSE(one == other);
  CHECK(one.listed() == odd);
  one = other;
  CHECK(one == other);
  one.change([](source_line& line) { line.where.file = there; });
  CHECK(one.size() == other.size());
  CHECK_FALSE(one == other);
  one.clear();
  CHECK(one.empty());
}

TEST_CASE("source lines: consecutive slots of a listing from the same line have one entry") {
  assembler a;
  const auto where = std::source_location::current();
  a({ld_imm64(r1, 5, where), mov(r0, 0, where)});
  a({exit()});
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  REQUIRE(made->lines.size() == 2);
  CHECK(made->lines.front() == source_line{0, location::of(where)});
  CHECK(made->lines.back().slot == 3);
  CHECK(made->lines.back().where.line == where.line() + 2);
}

}  // namespace lsmith::tests
