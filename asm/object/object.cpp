#include <lsmith/asm/object/object.hpp>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <lsmith/asm/object/kernel_names.hpp>
#include <lsmith/asm/object/map_btf.hpp>

namespace lsmith {
namespace {

using name_set = std::unordered_set<std::string_view>;

bool is_identifier(std::string_view name) {
  const bool digit_first = !name.empty() && name[0] >= '0' && name[0] <= '9';
  return !name.empty() && name.size() < 512 && !digit_first && std::ranges::all_of(name, in_kernel_name) &&
         name.find('.') == name.npos;
}

fault about(cause why, std::string_view name, std::string_view of) {
  fault wrong = {.why = why, .during = stage::assemble};
  wrong.name = name;
  wrong.of = of;
  return wrong;
}

// Printable ASCII only. These strings are shown on terminals and written to text files: they must not move the cursor or start
// a line.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char character) { return character >= ' ' && character <= '~'; });
}

void check_characters(const object& whole, faults& found) {
  const auto look = [&](std::string_view text, std::string_view kind, const location& where = {}) {
    if (is_plain(text) && (kind != "license" || text.find('"') == text.npos)) return;
    fault wrong = about(cause::characters_unfit, text, kind);
    wrong.where = where;
    found.add(wrong);
  };
  look(whole.license, "license");
  for (const named_constant& one : whole.constants) look(one.name, "constant");
  for (const program& one : whole.programs) {
    look(one.hook, "hook");
    for (const relocation& open : one.relocations) {
      look(open.type, "type", open.where);
      look(open.name, "name", open.where);
    }
  }
}

// Constants stay in user space, so the kernel's limit on names does not apply to them.
template <class Named>
void check_names(const std::vector<Named>& all, std::string_view kind, faults& found) {
  name_set known;
  for (const Named& one : all)
    if (!known.insert(one.name).second) found.add(about(cause::duplicate_name, one.name, kind));
}

template <class Named>
void check_kernel_names(const std::vector<Named>& all, std::string_view kind, faults& found) {
  for (const Named& one : all)
    if (!kernel_takes_name(one.name)) found.add(about(cause::name_invalid, one.name, kind));
}

void check_size(const program& one, faults& found) {
  fault wrong = about(cause::program_empty, one.name, one.hook);
  if (!one.code.empty() && one.code.size() <= isa::slot_limit) return;
  if (!one.code.empty()) {
    wrong.why = cause::program_too_long;
    wrong.first = static_cast<std::int64_t>(one.code.size());
    wrong.second = isa::slot_limit;
  }
  found.add(wrong);
}

/// What relocations may refer to.
struct known_names {
  name_set maps, constants;

  explicit known_names(const object& whole) {
    for (const map& one : whole.maps) maps.insert(one.name);
    for (const named_constant& one : whole.constants) constants.insert(one.name);
  }
};

void check_relocation(const known_names& known, const program& in, const relocation& one, faults& found) {
  fault wrong = about(cause::instruction_invalid, one.name, in.name);
  wrong.where = one.where;
  if (one.slot >= in.code.size()) {
    wrong.first = one.slot;
    wrong.name = "the program ends before it, and a relocation is to be written there";
    found.add(wrong);
  }
  const bool to_map = one.from == relocation_source::map || one.from == relocation_source::map_value;
  if (to_map && !known.maps.contains(one.name)) {
    wrong = about(cause::unknown_map, one.name, in.name);
    wrong.where = one.where;
    found.add(wrong);
  }
  if (one.from == relocation_source::constant && !known.constants.contains(one.name)) {
    wrong = about(cause::unknown_constant, one.name, in.name);
    wrong.where = one.where;
    found.add(wrong);
  }
}

void check_lines(const program& in, faults& found) {
  std::int64_t before = -1;
  for (const auto& [slot, where] : in.lines) {
    const bool in_order = before < 0 ? slot == 0 : slot > before;
    before = slot;
    if (in_order && slot < in.code.size()) continue;
    fault wrong = about(cause::line_order, in.name, {});
    wrong.where = where;
    wrong.first = slot;
    found.add(wrong);
  }
}

// The kernel requires that each function's name is a C identifier, and that the first function is the program itself.
void check_functions(const program& in, faults& found) {
  std::uint32_t last = 0;
  for (const subprogram& one : in.functions) {
    const bool in_order = one.slot > last && one.slot < in.code.size();
    fault wrong = about(in_order ? cause::function_name : cause::function_order, one.name, in.name);
    wrong.where = one.where;
    wrong.first = one.slot;
    if (!in_order || !is_identifier(one.name)) found.add(wrong);
    last = std::max(last, one.slot);
  }
  check_names(in.functions, "function", found);
}

// An initial value is one or more whole values of an array, at most as many as it has entries. Per-CPU arrays have none.
void check_initial_value(const map& one, faults& found) {
  if (one.initial_value.empty()) return;
  const bool whole = one.type == map_type::array && one.value_size != 0 && one.initial_value.size() % one.value_size == 0 &&
                     one.initial_value.size() / one.value_size <= one.entries;
  if (whole) return;
  fault wrong = about(cause::initial_value_unfit, one.name, {});
  wrong.first = static_cast<std::int64_t>(one.initial_value.size());
  wrong.second = one.value_size;
  found.add(wrong);
}

void check_contents(const object& whole, std::size_t index, faults& found) {
  const map& one = whole.maps[index];
  const auto before = whole.maps.begin() + static_cast<std::ptrdiff_t>(index);
  if (!one.inner.empty() &&
      std::find_if(whole.maps.begin(), before, [&](const map& each) { return each.name == one.inner; }) == before)
    found.add(about(cause::inner_unknown, one.name, one.inner));
  for (const map_slot& slot : one.slots) {
    const bool is_program = one.type == map_type::prog_array, is_cgroup = one.type == map_type::cgroup_array;
    const bool there = is_cgroup    ? !slot.name.empty()
                       : is_program ? std::ranges::find(whole.programs, slot.name, &program::name) != whole.programs.end()
                                    : whole.find_map(slot.name) != nullptr;
    fault wrong = about(there ? cause::slot_range : cause::slot_unknown, one.name, slot.name);
    wrong.first = slot.index;
    wrong.second = one.entries;
    if (!there || slot.index >= one.entries) found.add(wrong);
  }
}

// ------------------------------------------------------------------------------------------------------- variables --

bool is_one_number(const map& variable) {
  const std::vector<map_field>& fields = variable.value.fields;
  return variable.type == map_type::array && variable.entries == 1 && fields.size() == 1 && fields[0].name.empty() &&
         fields[0].count == 1;
}

/// Whether the 64-bit value fits a number of `size` bytes, signed or unsigned.
bool fits(std::uint32_t size, std::uint64_t value) {
  if (size == 8) return true;
  const std::int64_t limit = std::int64_t{1} << (8 * size - 1);
  const auto number = static_cast<std::int64_t>(value);
  return number >= -limit && number < 2 * limit;
}

result<void> set_number(map& variable, std::uint64_t value) {
  if (!fits(variable.value_size, value)) {
    fault wrong = about(cause::value_range, variable.name, {});
    wrong.first = static_cast<std::int64_t>(value);
    wrong.second = 8 * std::int64_t{variable.value_size};
    return failure(wrong);
  }
  variable.initial_value.resize(variable.value_size);
  std::memcpy(variable.initial_value.data(), &value, variable.value_size);  // little-endian: the low bytes are the first
  return {};
}

}  // namespace

const map* object::find_map(std::string_view name) const {
  const auto found = std::ranges::find(maps, name, &map::name);
  return found == maps.end() ? nullptr : &*found;
}

const named_constant* object::find_constant(std::string_view name) const {
  const auto found = std::ranges::find(constants, name, &named_constant::name);
  return found == constants.end() ? nullptr : &*found;
}

result<void> object::set(std::string_view name, std::uint64_t value) {
  const auto constant = std::ranges::find(constants, name, &named_constant::name);
  if (constant != constants.end()) {
    constant->value = value;
    return {};
  }
  const auto variable = std::ranges::find(maps, name, &map::name);
  if (variable == maps.end() || !is_one_number(*variable)) return failure(about(cause::unknown_constant, name, {}));
  return set_number(*variable, value);
}

faults check(const object& whole) {
  faults found;
  check_kernel_names(whole.programs, "program", found);
  check_names(whole.programs, "program", found);
  check_kernel_names(whole.maps, "map", found);
  check_names(whole.maps, "map", found);
  check_names(whole.constants, "constant", found);
  check_characters(whole, found);
  for (std::size_t i = 0; i < whole.maps.size(); ++i) check_contents(whole, i, found);
  for (const map& one : whole.maps) check_initial_value(one, found);
  const known_names known(whole);
  for (const program& one : whole.programs) {
    check_size(one, found);
    for (const relocation& open : one.relocations) check_relocation(known, one, open, found);
    check_lines(one, found);
    check_functions(one, found);
  }
  return found;
}

faults not_in_files(const object& whole, std::string_view what) {
  faults found;
  const auto report = [&](std::string_view name, std::string_view kind, std::string_view why) {
    found.add({.why = cause::value_unfit,
               .during = stage::assemble,
               .name = name,
               .of = std::string(kind) + " that " + std::string(what) + " can have: " + std::string(why)});
  };
  for (const map& one : whole.maps) {
    const bool is_zero = std::ranges::all_of(one.initial_value, [](std::byte each) { return each == std::byte{}; });
    if (!one.inner.empty() || !one.slots.empty() || !is_zero) report(one.name, "a map", "it has initial content");
    if (needs_btf(one.type)) report(one.name, "a map", "it is a storage");
  }
  for (const program& one : whole.programs)
    if (one.called) report(one.name, "a program", "it is tail-called");
  if (!is_plain(whole.scope.path) || whole.scope.path.find('"') != std::string::npos)
    report(whole.scope.path, "a scope", "its path is not plain text");
  return found;
}

}  // namespace lsmith
