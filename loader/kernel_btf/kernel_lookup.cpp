#include <lsmith/loader/kernel_btf/kernel_lookup.hpp>

#include <bit>
#include <utility>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view hook_start = "bpf_lsm_"sv;

/// A function that asks all LSMs is named whole (btf/relocation/core_relo_kind.hpp).
bool is_whole_name(std::string_view hook) {
  constexpr std::string_view start = "security_"sv;
  return hook.size() > start.size() && __builtin_memcmp(hook.data(), start.data(), start.size()) == 0;
}

constexpr std::size_t longest_name = 128;  // with its zero; the kernel's own limit for names is 512
constexpr std::size_t names_at_once = 8;
constexpr std::uint16_t einval = 22;

/// What is looked up: a name in two parts, and its kind.
struct subject {
  std::string_view first, second;
  btf::kind what = btf::kind::unknown;

  std::size_t size() const { return first.size() + second.size() + 1; }
  char operator[](std::size_t i) const {
    if (i < first.size()) return first[i];
    return i - first.size() < second.size() ? second[i - first.size()] : '\0';
  }
};

subject type_subject(std::string_view type) {
  struct word {
    std::string_view text;
    btf::kind means;
  };
  constexpr word words[] = {{"struct "sv, btf::kind::struct_}, {"union "sv, btf::kind::union_}, {"typedef "sv, btf::kind::typedef_}};
  for (const word& one : words)
    if (type.size() > one.text.size() && __builtin_memcmp(type.data(), one.text.data(), one.text.size()) == 0)
      return {{}, {type.data() + one.text.size(), type.size() - one.text.size()}, one.means};
  return {};
}

subject subject_of(const btf::relocation& asked) {
  switch (asked.kind) {
    case btf::core_relo_kind::hook_id: return {is_whole_name(asked.name) ? std::string_view() : hook_start, asked.name, btf::kind::func};
    case btf::core_relo_kind::function_id: return {{}, asked.name, btf::kind::func};
    case btf::core_relo_kind::type_id_target: return type_subject(asked.type);
    default: return {};
  }
}

/// A program that looks names up, instruction by instruction.
class lookup_program {
 public:
  lookup_program() { add({0xbf, 0x16, 0, 0}); }  // r6 = r1: the context

  void look_up(const subject& name, std::size_t index) {
    const std::size_t length = (name.size() + 7) / 8 * 8;
    for (std::size_t at = 0; at < length; at += 8) store(name, at, static_cast<std::int16_t>(at - length));
    add({0xbf, 0xa1, 0, 0});                                                      // r1 = r10
    add({0x07, 0x01, 0, -static_cast<std::int32_t>(length)});                     // r1 += -length
    add({0xb7, 0x02, 0, static_cast<std::int32_t>(name.size())});                 // r2 = the name's length
    add({0xb7, 0x03, 0, static_cast<std::int32_t>(name.what)});                   // r3 = its kind
    add({0xb7, 0x04, 0, 0});                                                      // r4 = 0: flags
    add({0x85, 0, 0, find_by_name_kind});                                         // call
    add({0x7b, 0x06, static_cast<std::int16_t>(8 * index), 0});                   // *(u64 *)(r6 + 8 * index) = r0
  }

  result<fd> load() {
    add({0xb7, 0, 0, 0});  // r0 = 0
    add({0x95, 0, 0, 0});  // exit
    return load_program({.prog_type = static_cast<std::uint32_t>(abi::prog_type::syscall),
                         .insn_cnt = count_,
                         .insns = abi::address(code_),
                         .license = abi::address("GPL"),
                         .prog_flags = abi::prog_sleepable});
  }

 private:
  static constexpr std::int32_t find_by_name_kind = 167;
  static constexpr std::size_t most = names_at_once * (longest_name / 8 * 3 + 7) + 3;

  void add(const isa::insn& one) { code_[count_++] = one; }

  // Eight letters of the name: r1 = letters ll; *(u64 *)(r10 + offset) = r1
  void store(const subject& name, std::size_t at, std::int16_t offset) {
    std::int32_t halves[2] = {};
    char letters[8] = {};
    for (std::size_t i = 0; i < 8 && at + i < name.size(); ++i) letters[i] = name[at + i];
    __builtin_memcpy(halves, letters, sizeof halves);
    if constexpr (std::endian::native == std::endian::big) std::swap(halves[0], halves[1]);
    add({0x18, 0x01, 0, halves[0]});
    add({0, 0, 0, halves[1]});
    add({0x7b, 0x1a, offset, 0});
  }

  isa::insn code_[most];
  std::uint32_t count_ = 0;
};

void settle(btf::relocation& asked, std::int64_t answer) {
  const auto id = static_cast<std::uint32_t>(answer);
  const auto module_types = static_cast<std::uint32_t>(answer >> 32);
  const bool is_type = asked.kind == btf::core_relo_kind::type_id_target;
  asked.value = 0;
  asked.id = btf::type_id::none;
  asked.missing = is_type ? asked.type : asked.name;
  asked.failed = is_type ? cause::unknown_type
                 : asked.kind == btf::core_relo_kind::hook_id ? cause::unknown_hook : cause::unknown_function;
  if (answer > 0 && module_types != 0) fd(static_cast<int>(module_types));  // the kernel opened them for us
  if (answer <= 0 || module_types != 0) return;
  asked.value = id;
  asked.id = static_cast<btf::type_id>(id);
  asked.failed = cause::none;
  asked.missing = {};
}

result<void> look_up_some(std::span<btf::relocation> some) {
  lookup_program program;
  for (std::size_t i = 0; i < some.size(); ++i) program.look_up(subject_of(some[i]), i);
  auto loaded = program.load();
  if (!loaded && loaded.error().system_error == einval)
    return failure({.why = cause::kernel_too_old, .during = stage::read_types, .system_error = einval,
                    .name = "looking names up in the kernel"sv, .of = "5.14"sv});
  if (!loaded) return failure(loaded.error());
  std::int64_t answers[names_at_once] = {};
  const auto ran = run_program(*loaded, {reinterpret_cast<std::byte*>(answers), some.size() * sizeof answers[0]});
  if (!ran) return failure(ran.error());
  for (std::size_t i = 0; i < some.size(); ++i) settle(some[i], answers[i]);
  return {};
}

/// The hook that a question is about; empty when it is about something else.
std::string_view hook_of(const btf::relocation& asked) {
  switch (asked.kind) {
    case btf::core_relo_kind::hook_id: return asked.name;
    case btf::core_relo_kind::argument_slot:
    case btf::core_relo_kind::previous_retval: return asked.type;
    default: return {};
  }
}

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && __builtin_memcmp(a.data(), b.data(), a.size()) == 0; }

/// The hooks that questions are about, each once.
struct few_hooks {
  btf::relocation all[names_at_once];
  std::size_t count = 0;

  btf::relocation* find(std::string_view name) {
    for (std::size_t i = 0; i < count; ++i)
      if (same(all[i].name, name)) return &all[i];
    return nullptr;
  }

  /// False when it is no hook that can be looked up, or one too many.
  bool add(std::string_view name) {
    if (find(name) != nullptr) return true;
    if (count == names_at_once) return false;
    all[count] = {.kind = btf::core_relo_kind::hook_id, .name = name};
    return can_look_up(all[count++]);
  }
};

}  // namespace

bool can_look_up(const btf::relocation& asked) {
  const subject of = subject_of(asked);
  return of.what != btf::kind::unknown && !of.second.empty() && of.size() <= longest_name && asked.room.empty() && asked.like == btf::type_id::none;
}

result<void> look_up(std::span<btf::relocation> all) {
  for (std::size_t done = 0; done < all.size(); done += names_at_once) {
    const std::size_t left = all.size() - done;
    if (auto looked = look_up_some(all.subspan(done, left < names_at_once ? left : names_at_once)); !looked) return looked;
  }
  return {};
}

void hint_at_hooks(std::span<btf::relocation> all) {
  few_hooks hooks;
  for (const btf::relocation& asked : all)
    if (!hooks.add(hook_of(asked))) return;
  if (!look_up({hooks.all, hooks.count})) return;
  for (btf::relocation& asked : all) asked.hint = hooks.find(hook_of(asked))->id;
}

}  // namespace lsmith::loader
