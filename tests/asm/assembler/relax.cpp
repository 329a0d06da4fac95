// Far jumps that are rewritten: the program still executes its steps in the order of the listing, however far the jumps. The
// test walks through the listing and through the bytes with the same outcomes of the same conditions, and compares what it
// passes.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/isa/jumps.hpp>
#include <lsmith/asm/text/parse.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

// Instructions that are neither marks nor jumps.
std::vector<operation> fillers(std::size_t count) { return std::vector<operation>(count, mov(w0, 0)); }

// A step of a listing: a mark to pass, or a jump to another step. Every condition has a number of its own.
struct step {
  enum class kind { mark, jump, condition } is = kind::mark;
  std::int32_t number = 0;
  std::size_t target = 0;
  std::uint8_t condition = 0;
};

// Whether a condition is true. It changes each time the condition is evaluated, and is the same in all walks.
class outcomes {
 public:
  bool operator()(std::int32_t number) {
    if (static_cast<std::size_t>(number) >= evaluated_.size()) evaluated_.resize(static_cast<std::size_t>(number) + 1);
    const auto times = ++evaluated_[static_cast<std::size_t>(number)];
    return ((static_cast<std::uint32_t>(number) * 2654435761u + times * 40503u) >> 13) % 3 == 0;
  }

 private:
  std::vector<std::uint32_t> evaluated_;
};

constexpr std::size_t longest_walk = 3000;

std::vector<std::int32_t> walk(const std::vector<step>& listing) {
  std::vector<std::int32_t> marks;
  outcomes is_true;
  for (std::size_t at = 0, steps = 0; at < listing.size() && marks.size() < longest_walk && steps < 50 * longest_walk; ++steps) {
    const step& one = listing[at++];
    if (one.is == step::kind::mark) marks.push_back(one.number);
    else if (one.is == step::kind::jump || is_true(one.number)) at = one.target;
  }
  return marks;
}

// Relaxing replaces a condition by its opposite. The listings contain no such opposites, so in code they mean the reverse.
bool is_opposite(std::uint8_t opcode) {
  const std::uint8_t code = opcode & 0xf0;
  return code == jump_code::ne || code == jump_code::le || code == jump_code::lt || code == jump_code::sle || code == jump_code::slt;
}

std::vector<std::int32_t> walk(const std::vector<insn>& code) {
  std::vector<std::int32_t> marks;
  outcomes is_true;
  std::size_t steps = 0;
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(code.size()) && marks.size() < longest_walk && steps < 400 * longest_walk; ++steps) {
    const insn& one = code[static_cast<std::size_t>(at++)];
    REQUIRE(at > 0);
    if (one.opcode == jump_opcode::ja) at += one.offset;
    else if (one.opcode == jump_opcode::gotol) at += one.immediate;
    else if (class_of(one.opcode) == opclass::jmp32) at += is_true(one.immediate) != is_opposite(one.opcode) ? one.offset : 0;
    else if (one.opcode == mov(r1, 0).first().opcode) marks.push_back(one.immediate);
  }
  return marks;
}

struct generated {
  std::vector<step> steps;
  std::vector<operation> listing;
  std::vector<std::size_t> labels;  ///< by label: the step that it is bound to
};

// `spread`: the largest distance of a jump, in steps.
generated random_program(assembler& a, std::size_t length, std::size_t spread, unsigned seed) {
  std::mt19937 random(seed);
  generated made;
  std::vector<label> labels;
  for (std::size_t i = 0; i < length; i += 97) {
    labels.push_back(a.new_label("step"));
    made.labels.push_back(i);
  }
  using condition = operation (*)(w_source, immediate, jump_target, written_at);
  constexpr condition conditions[] = {jeq, jgt, jge, jsgt, jsge, jset};
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 97 == 0) made.listing.push_back(bind(labels[i / 97]));
    const auto number = static_cast<std::int32_t>(i);
    if (random() % 5 != 0) {
      made.steps.push_back({step::kind::mark, number, 0, 0});
      made.listing.push_back(mov(r1, number));
      continue;
    }
    const std::size_t lowest = i > spread ? (i - spread) / 97 : 0, highest = std::min(labels.size() - 1, (i + spread) / 97);
    const std::size_t chosen = lowest + random() % (highest - lowest + 1);
    const bool always = random() % 8 == 0;
    made.steps.push_back({always ? step::kind::jump : step::kind::condition, number, made.labels[chosen], 0});
    made.listing.push_back(always ? ja(labels[chosen]) : conditions[random() % std::size(conditions)](w1, number, labels[chosen], written_at::current()));
  }
  return made;
}

std::string far_program(std::string_view directive, std::string_view jump, std::size_t between) {
  std::string text = std::string(directive) + "start:\n" + std::string(jump) + " far\n";
  for (std::size_t i = 0; i < between; ++i) text += "r0 = 0\n";
  return text + "far: exit\n";
}

std::string start_of(const code& made, std::size_t slots) {
  std::string text;
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    print_at(made.insns, slot, {}, text);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("far jumps: each form of a jump over gotol") {
  const auto relaxed = [](std::string_view jump, std::size_t slots) {
    const checked<code> made = text::parse_code(far_program(".far_jumps gotol\n", jump, 40'000), "t.s");
    REQUIRE_MESSAGE(made, to_string(made.error()));
    return start_of(*made, slots);
  };
  CHECK(relaxed("goto", 2) == "gotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 == 5 goto", 3) == "if r1 != 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if w1 != w2 goto", 3) == "if w1 == w2 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 > 5 goto", 3) == "if r1 <= 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 >= 5 goto", 3) == "if r1 < 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 < 5 goto", 3) == "if r1 >= 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if w1 <= 5 goto", 3) == "if w1 > 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 s> r2 goto", 3) == "if r1 s<= r2 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 s>= 5 goto", 3) == "if r1 s< 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 s< 5 goto", 3) == "if r1 s>= 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 s<= 5 goto", 3) == "if r1 s> 5 goto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("if r1 & 5 goto", 4) == "if r1 & 5 goto +1\ngoto +1\ngotol +40000\nr0 = 0\n");
  CHECK(relaxed("may_goto", 4) == "may_goto +1\ngoto +1\ngotol +40000\nr0 = 0\n");
}

TEST_CASE("far jumps: they are a fault by default, and a jump that fits stays as it was written") {
  CHECK(to_string(text::parse_code(far_program("", "goto", 32'768), "t.s").error()) ==
        "t.s:2:1: the jump to 'far' is 32768 slots long and does not fit 16 bits\n  t.s:32771:1: the other location");
  for (const std::string_view how : {"", ".far_jumps gotol\n", ".far_jumps islands\n"}) {
    const checked<code> made = text::parse_code(far_program(how, "if r1 == 5 goto", 32'767), "t.s");
    REQUIRE(made);
    CHECK(made->insns.size() == 32'769);
    CHECK(made->insns[0] == jeq(r1, 5, 32'767).first());
  }
}

TEST_CASE("far jumps: no path falls through to an island, and one island serves all jumps to its target") {
  assembler a;
  const label far = a.new_label("far");
  a({jeq(r1, 5, far), jeq(r1, 6, far)});
  a(fillers(40'000));
  a({bind(far), exit()});
  const checked<code> made = std::move(a).finish({.far_jumps = far_jumps::islands});
  REQUIRE(made);
  CHECK(made->insns.size() == 40'005);  // two more: a jump over the island, and the island
  const std::int64_t island = 1 + made->insns[0].offset;
  CHECK(2 + made->insns[1].offset == island);
  CHECK(made->insns[static_cast<std::size_t>(island) - 1] == ja(+1).first());
  CHECK(made->insns[static_cast<std::size_t>(island)] == ja(static_cast<int>(40'004 - island - 1)).first());
}

TEST_CASE("far jumps: backward jumps are rewritten too") {
  for (const far_jumps how : {far_jumps::gotol, far_jumps::islands}) {
    assembler a;
    const label back = a.new_label("back");
    a({bind(back), mov(r1, 1)});
    a(fillers(100'000));
    a({jeq(w1, 3, back), mov(r1, 2)});
    const checked<code> made = std::move(a).finish({.far_jumps = how});
    REQUIRE(made);
    const std::vector<step> expected = {{step::kind::mark, 1, 0, 0}, {step::kind::condition, 3, 0, 0}, {step::kind::mark, 2, 0, 0}};
    CHECK(walk(made->insns) == walk(expected));
  }
}

TEST_CASE("far jumps: lines, names, functions, calls and numeric jumps move with their instructions") {
  for (const far_jumps how : {far_jumps::gotol, far_jumps::islands}) {
    assembler a;
    const label far = a.new_label("far"), count = a.new_label("count");
    a({jeq(r1, 5, far), jset(r1, 6, far), jeq(r2, 7, +1), mov(r3, 3), call(count), ld_imm64(r4, map_fd("seen"))});
    a(fillers(40'000));
    const auto line = std::source_location::current().line();
    a({ld_imm64(r2, function_address(count)),
       bind(far), load(r5, mem64[r1 + field("file", "f_mode")]),
       exit(), function(count), mov(r0, 0), exit()});
    const checked<code> made = std::move(a).finish({.far_jumps = how});
    REQUIRE(made);
    const auto& insns = made->insns;
    REQUIRE(made->functions.size() == 1);
    const std::uint32_t count_slot = made->functions[0].slot;
    CHECK(insns[count_slot] == mov(r0, 0).first());
    CHECK(count_slot == insns.size() - 2);
    REQUIRE(made->relocations.size() == 2);
    CHECK(insns[made->relocations[0].slot].opcode == ld_imm64_opcode);
    CHECK(insns[made->relocations[1].slot].opcode == load(r5, mem64[r1]).first().opcode);
    CHECK(made->lines.back().where.line == line + 3);
    std::size_t calls = 0;
    for (std::uint32_t slot = 0; slot < insns.size(); ++slot) {
      if (distance_of(insns[slot]) != distance_in::immediate || insns[slot].opcode == jump_opcode::gotol) continue;
      CHECK(slot + 1 + static_cast<std::uint32_t>(insns[slot].immediate) == count_slot);
      ++calls;
    }
    CHECK(calls == 2);
    const std::uint32_t numeric = how == far_jumps::gotol ? 5 : 2;
    CHECK(insns[numeric] == jeq(r2, 7, +1).first());
  }
}

TEST_CASE("far jumps: random programs take the same path as their listings, in both forms") {
  struct sample { std::size_t length, spread; };
  for (const auto& [length, spread] : {sample{40'000, 40'000}, sample{150'000, 150'000}, sample{120'000, 34'000}, sample{200'000, 33'500}})
    for (const far_jumps how : {far_jumps::gotol, far_jumps::islands}) {
      CAPTURE(length);
      CAPTURE(static_cast<int>(how));
      assembler a({.lines = line_info::drop});
      const generated program = random_program(a, length, spread, 7);
      a(program.listing);
      const checked<code> made = std::move(a).finish({.far_jumps = how});
      REQUIRE_MESSAGE(made, to_string(made.error()[0]));
      CHECK(made->insns.size() > length);
      const auto expected = walk(program.steps);
      CHECK(expected.size() > 100);
      CHECK(walk(made->insns) == expected);
    }
}

TEST_CASE("far jumps: a program of up to a million slots is relaxed, and one that grows past it is a fault") {
  for (const far_jumps how : {far_jumps::gotol, far_jumps::islands}) {
    assembler fits({.lines = line_info::drop}), grows({.lines = line_info::drop});
    for (assembler* a : {&fits, &grows}) {
      const label far = a->new_label("far");
      (*a)({jeq(r1, 5, far)});
      (*a)(fillers(slot_limit - (a == &fits ? 200u : 3u)));
      (*a)({bind(far), jset(r1, 6, -1), exit()});
    }
    CHECK(std::move(fits).finish({.far_jumps = how}));
    const checked<code> refused = std::move(grows).finish({.far_jumps = how});
    REQUIRE_FALSE(refused);
    CHECK(refused.error()[0].why == cause::program_too_long);
  }
}

TEST_CASE("far jumps: more of them past one point than islands can serve are a fault") {
  assembler a({.lines = line_info::drop});
  std::vector<label> labels;
  for (int i = 0; i < 40'000; ++i) labels.push_back(a.new_label("far"));
  std::vector<operation> listing;
  for (const label& one : labels) listing.push_back(jeq(r1, 5, one));
  for (const label& one : labels) listing.insert(listing.end(), {bind(one), mov(r0, 0)});
  listing.push_back(exit());
  a(listing);
  const checked<code> made = std::move(a).finish({.far_jumps = far_jumps::islands});
  REQUIRE_FALSE(made);
  const cause why = made.error()[0].why;
  CHECK((why == cause::program_too_long || why == cause::jump_range));
}

TEST_CASE("far jumps: the directive accepts gotol and islands") {
  CHECK(to_string(text::parse_code(".far_jumps far\nexit\n", "t.s").error()) == "t.s:1:12: expected gotol or islands, found far");
  CHECK(text::parse(".far_jumps islands\n.program a, b\nexit\n", "t.s"));
  CHECK_FALSE(text::has_directives(".far_jumps islands\nexit\n"));
}

}  // namespace lsmith::tests
