#include <lsmith/loader/kernel_btf/kernel_lookup.hpp>

#include <bit>
#include <utility>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t longest_name = 128;  // with its terminating zero; the kernel's limit for names is 512
constexpr std::size_t names_at_once = 8;
constexpr std::uint16_t einval = 22;

/// What is looked up: a name, as two parts to be joined, and its kind.
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
  constexpr word words[] = {
      {"struct "sv, btf::kind::struct_}, {"union "sv, btf::kind::union_}, {"typedef "sv, btf::kind::typedef_}};
  for (const word& one : words)
    if (type.size() > one.text.size() && starts_with(type, one.text)) return {{}, behind(type, one.text.size()), one.means};
  return {};
}

subject subject_of(const btf::relocation& relo) {
  switch (relo.kind) {
    case btf::core_relo_kind::hook_id:
      return {starts_with(relo.name, btf::security_prefix) ? std::string_view() : btf::hook_prefix, relo.name, btf::kind::func};
    case btf::core_relo_kind::function_id: return {{}, relo.name, btf::kind::func};
    case btf::core_relo_kind::type_id_target: return type_subject(relo.type);
    default: return {};
  }
}

/// Builds and loads the program that looks names up.
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

  // Eight characters of the name: r1 = characters ll; *(u64 *)(r10 + offset) = r1
  void store(const subject& name, std::size_t at, std::int16_t offset) {
    std::int32_t immediates[2] = {};
    char characters[8] = {};
    for (std::size_t i = 0; i < 8 && at + i < name.size(); ++i) characters[i] = name[at + i];
    __builtin_memcpy(immediates, characters, sizeof immediates);
    if constexpr (std::endian::native == std::endian::big) std::swap(immediates[0], immediates[1]);
    add({0x18, 0x01, 0, immediates[0]});
    add({0, 0, 0, immediates[1]});
    add({0x7b, 0x1a, offset, 0});
  }

  isa::insn code_[most];
  std::uint32_t count_ = 0;
};

/// Stores what the helper returned: a negative errno, or the type id in the low 32 bits, and in the high 32 bits a descriptor
/// of the module's BTF, or 0 for vmlinux.
void settle(btf::relocation& relo, std::int64_t found) {
  const auto id = static_cast<std::uint32_t>(found);
  const auto module_types = static_cast<std::uint32_t>(found >> 32);
  const bool is_type = relo.kind == btf::core_relo_kind::type_id_target;
  relo.value = 0;
  relo.id = btf::type_id::none;
  relo.missing = is_type ? relo.type : relo.name;
  relo.failed = is_type                                     ? cause::unknown_type
                : relo.kind == btf::core_relo_kind::hook_id ? cause::unknown_hook
                                                            : cause::unknown_function;
  if (found > 0 && module_types != 0) fd(static_cast<int>(module_types));  // closes the descriptor, which is ours
  if (found <= 0 || module_types != 0) return;
  relo.value = id;
  relo.id = static_cast<btf::type_id>(id);
  relo.failed = cause::none;
  relo.missing = {};
}

result<void> look_up_some(std::span<btf::relocation> some) {
  lookup_program program;
  for (std::size_t i = 0; i < some.size(); ++i) program.look_up(subject_of(some[i]), i);
  auto loaded = program.load();
  if (!loaded && loaded.error().system_error == einval)
    return failure({.why = cause::kernel_too_old,
                    .during = stage::read_types,
                    .system_error = einval,
                    .name = "the helper bpf_btf_find_by_name_kind"sv,
                    .of = "5.14"sv});
  if (!loaded) return failure(loaded.error());
  std::int64_t found[names_at_once] = {};
  const auto ran = run_program(*loaded, {reinterpret_cast<std::byte*>(found), some.size() * sizeof found[0]});
  if (!ran) return failure(ran.error());
  for (std::size_t i = 0; i < some.size(); ++i) settle(some[i], found[i]);
  return {};
}

/// The hook that a relocation is about; empty if it is about something else.
std::string_view hook_of(const btf::relocation& relo) {
  switch (relo.kind) {
    case btf::core_relo_kind::hook_id: return relo.name;
    case btf::core_relo_kind::argument_slot:
    case btf::core_relo_kind::previous_retval: return relo.type;
    default: return {};
  }
}

/// The hooks that the relocations are about, each once.
struct few_hooks {
  btf::relocation all[names_at_once];
  std::size_t count = 0;

  btf::relocation* find(std::string_view name) {
    for (std::size_t i = 0; i < count; ++i)
      if (same(all[i].name, name)) return &all[i];
    return nullptr;
  }

  /// False if the name cannot be looked up, or if there is no room for another hook.
  bool add(std::string_view name) {
    if (find(name) != nullptr) return true;
    if (count == names_at_once) return false;
    all[count] = {.kind = btf::core_relo_kind::hook_id, .name = name};
    return can_look_up(all[count++]);
  }
};

}  // namespace

bool can_look_up(const btf::relocation& relo) {
  const subject of = subject_of(relo);
  return of.what != btf::kind::unknown && !of.second.empty() && of.size() <= longest_name && relo.room.empty() &&
         relo.like == btf::type_id::none;
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
  for (const btf::relocation& relo : all)
    if (!hooks.add(hook_of(relo))) return;
  if (!look_up({hooks.all, hooks.count})) return;
  for (btf::relocation& relo : all) relo.hint = hooks.find(hook_of(relo))->id;
}

}  // namespace lsmith::loader
