// The smallest valid program around one instruction: loading it shows whether the kernel's verifier accepts the instruction.
// What an instruction needs of the kernel (a map, the types of a function, an id) is made anew for each program, because some
// maps serve only one.
//
//   most rows            jumps                        callbacks
//     r6 = r1              ...                          r2 = function(pc+5) ll     <- the row
//     r1 = random          if r1 == 1 goto +1           call bpf_for_each_map_elem
//     the row              the row                      r0 = 0, exit
//     r0 = 0, exit         r3 = 3, r0 = 0, exit         r0 = 0, exit
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/isa/table.hpp>
#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::tests {

/// A program ready for BPF_PROG_LOAD, with the file descriptors that it uses.
struct minimal_program {
  std::vector<isa::insn> code = {};
  std::uint32_t slot = 0;  ///< of the instruction under test
  loader::abi::prog_type type = loader::abi::prog_type::socket_filter;
  std::uint32_t hook = 0;  ///< of an LSM program: the type id that it attaches to
  std::vector<fd> maps = {};
  std::vector<int> fd_array = {};
  fd types = {};           ///< BTF of two functions, if it has a second one
  std::vector<loader::abi::func_info> functions = {};

  void append(const isa::operation& one) {
    code.push_back(one.first());
    if (one.what == isa::operation::kind::wide) code.push_back(one.second());
  }
  void append(std::initializer_list<isa::operation> listing) {
    for (const isa::operation& one : listing) append(one);
  }
  std::uint32_t next() const { return static_cast<std::uint32_t>(code.size()); }
};

/// Loads it, with a log if `log` is not empty. The error is the kernel's true errno only without a log.
inline result<fd> load(const minimal_program& what, std::span<char> log = {}) {
  using namespace loader;
  abi::prog_load load{.prog_type = static_cast<std::uint32_t>(what.type),
                      .insn_cnt = what.next(),
                      .insns = abi::address(what.code.data()),
                      .license = abi::address("GPL"),
                      .log_level = log.empty() ? 0u : 2u,
                      .log_size = static_cast<std::uint32_t>(log.size()),
                      .log_buf = log.empty() ? 0 : abi::address(log.data())};
  if (what.type == abi::prog_type::lsm) {
    load.expected_attach_type = static_cast<std::uint32_t>(abi::attach_type::lsm_mac);
    load.attach_btf_id = what.hook;
  }
  if (what.types) {
    load.prog_btf_fd = static_cast<std::uint32_t>(what.types.get());
    load.func_info_rec_size = sizeof(abi::func_info);
    load.func_info = abi::address(what.functions.data());
    load.func_info_cnt = static_cast<std::uint32_t>(what.functions.size());
  }
  if (!what.fd_array.empty()) load.fd_array = abi::address(what.fd_array.data());
  return load_program(load);
}

/// The kernel's log of the load at level 2, which has each instruction that the verifier walks.
inline std::string log_of(const minimal_program& what, std::size_t room = 1 << 20) {
  std::vector<char> log(room);
  (void)load(what, log);
  return log.data();
}

namespace minimal {

using namespace isa;

inline const btf::types& kernel() {
  static const auto types = loader::read_types();
  REQUIRE(types);
  return *types;
}

inline std::int32_t id_of(std::string_view name, btf::kind what) {
  const auto found = kernel().find(name, what);
  return found ? static_cast<std::int32_t>(found->id()) : 0;
}

/// A map of one element. If the kernel does not have the map type, the descriptor is invalid, and the kernel rejects the
/// instruction too.
inline int add_map(minimal_program& to, map_type type, std::uint32_t value_size, std::uint32_t flags = 0,
                   std::uint64_t extra = 0) {
  const bool arena = type == map_type::arena;
  auto made = loader::create_map({.map_type = static_cast<std::uint32_t>(type),
                                  .key_size = arena ? 0u : 4u,
                                  .value_size = arena ? 0u : value_size,
                                  .max_entries = 1,
                                  .map_flags = flags,
                                  .map_extra = extra});
  to.maps.push_back(made ? std::move(*made) : fd());
  return to.maps.back().get();
}

/// Adds BTF for a program with a second function at `slot`.
inline void add_function(minimal_program& to, std::uint32_t slot) {
  btf::encoder types;
  const btf::type_id number = types.int_("int", 4, btf::int_encoding::signed_);
  const btf::new_param context{"ctx", types.pointer(btf::type_id::none)};
  const btf::type_id proto = types.func_proto(number, {&context, 1});
  const auto first = static_cast<std::uint32_t>(types.func("first", proto, btf::linkage::static_));
  const auto second = static_cast<std::uint32_t>(types.func("second", proto, btf::linkage::static_));
  const std::vector<std::byte> whole = types.finish();
  auto loaded = loader::load_btf(whole);
  REQUIRE(loaded);
  to.types = std::move(*loaded);
  to.functions = {{0, first}, {slot, second}};
}

// r6 is the context, r1 an unknown 32-bit number, the others are small numbers, and the top 8 bytes of the stack are written.
inline void begin(minimal_program& to) {
  to.append({mov(r6, r1), store(mem64[r10 - 8], 0), call(helper::get_prandom_u32), mov(r1, r0), mov(r2, 1), mov(r3, 1),
             mov(r4, 1), mov(r5, 1), mov(r7, 1), mov(r8, 1), mov(r9, 1)});
}

// The row's bytes with registers and numbers that the verifier has no reason to reject.
inline insn instruction_of(const form& row) {
  const std::uint8_t in = class_of(row.opcode);
  const bool memory = in == opclass::ldx || in == opclass::st || in == opclass::stx;
  const bool base_is_source = in == opclass::ldx || row.mnemonic == "load_acquire";
  const auto number = [](const field_form& field, std::uint8_t otherwise) {
    const bool open = field.rule == field_rule::reads || field.rule == field_rule::writes;
    return open ? otherwise : static_cast<std::uint8_t>(field.value);
  };
  insn made = {.opcode = row.opcode, .offset = row.offset.value, .immediate = row.immediate.value};
  const std::uint8_t dst = number(row.dst, memory && !base_is_source ? 10 : 1);
  const std::uint8_t src = number(row.src, memory ? base_is_source ? 10 : 1 : 2);
  made.registers = static_cast<std::uint8_t>(src << 4 | dst);
  if (row.offset.rule == field_rule::anything) made.offset = memory ? -8 : 1;
  if (row.immediate.rule == field_rule::anything) made.immediate = 1;
  if (row.text == "call {f}") made.immediate = static_cast<std::int32_t>(helper::ktime_get_ns);
  return made;
}

inline void end(minimal_program& to) { to.append({mov(r0, 0), exit()}); }

inline minimal_program jump(const form& row) {
  minimal_program made;
  begin(made);
  made.append(jeq(r1, 1, +1));
  made.slot = made.next();
  made.code.push_back(instruction_of(row));
  made.append(mov(r3, 3));
  end(made);
  return made;
}

// The map contains the target slots. The kernel requires that it is frozen, and corrects the slots when it moves instructions.
inline minimal_program indirect_jump() {
  struct {
    std::uint32_t slot, moved, jitted, padding;
  } target{};
  minimal_program made;
  const int targets = add_map(made, map_type::insn_array, sizeof target);
  begin(made);
  made.append({jeq(r1, 1, +4), ld_imm64(r1, map_value(targets, 0)), load(r1, mem64[r1 + 0])});
  made.slot = made.next();
  made.append(gotox(r1));
  target.slot = made.next() + 1;
  made.append(mov(r3, 3));
  end(made);
  const std::uint32_t key = 0;
  if (targets >= 0) {
    REQUIRE(loader::update_element(targets, &key, &target));
    REQUIRE(loader::freeze_map(targets));
  }
  return made;
}

inline minimal_program local_call() {
  minimal_program made;
  begin(made);
  made.slot = made.next();
  made.append({call_local(+2), mov(r0, 0), exit(), mov(r0, 0), exit()});
  return made;
}

// The kfuncs bpf_rcu_read_lock and unlock, which every program may call; on older kernels a pair for LSM programs.
inline minimal_program kernel_call() {
  minimal_program made;
  if (const std::int32_t lock = id_of("bpf_rcu_read_lock", btf::kind::func); lock != 0) {
    begin(made);
    made.slot = made.next();
    made.append({call_kfunc(lock), call_kfunc(id_of("bpf_rcu_read_unlock", btf::kind::func))});
    end(made);
    return made;
  }
  made.type = loader::abi::prog_type::lsm;
  made.hook = static_cast<std::uint32_t>(id_of("bpf_lsm_file_open", btf::kind::func));
  made.append(mov(r1, 0));
  made.slot = made.next();
  made.append({call_kfunc(id_of("bpf_lookup_system_key", btf::kind::func)), jeq(r0, 0, +2), mov(r1, r0),
               call_kfunc(id_of("bpf_key_put", btf::kind::func))});
  end(made);
  return made;
}

inline minimal_program callback() {
  minimal_program made;
  const int array = add_map(made, map_type::array, 8);
  begin(made);
  made.append(ld_imm64(r1, map_fd(array)));
  made.slot = made.next();
  made.append({ld_imm64(r2, function_address(+6)), mov(r3, 0), mov(r4, 0), call(helper{164})});
  end(made);
  add_function(made, made.next());
  end(made);
  return made;
}

inline minimal_program wide_load(std::uint8_t source) {
  if (source == pseudo_source::function) return callback();
  minimal_program made;
  const int array = add_map(made, map_type::array, 8);
  begin(made);
  made.slot = made.next();
  switch (source) {
    case pseudo_source::map_fd: made.append(ld_imm64(r1, map_fd(array))); break;
    case pseudo_source::map_value: made.append(ld_imm64(r1, map_value(array, 4))); break;
    case pseudo_source::btf_id: made.append(ld_imm64(r1, btf_id(id_of("bpf_prog_active", btf::kind::var)))); break;
    case pseudo_source::map_index: made.append(ld_imm64(r1, map_index(1))); break;
    case pseudo_source::map_value_index: made.append(ld_imm64(r1, map_value_index(1, 4))); break;
    default: made.append(ld_imm64(r1, 0x1234'5678'9abc'def0)); break;
  }
  // Kernels without fd_array reject a program that passes one.
  if (source == pseudo_source::map_index || source == pseudo_source::map_value_index) made.fd_array = {-1, array};
  end(made);
  return made;
}

// Only a program that uses an arena may cast its pointers, and the arena must have an address in user space.
inline minimal_program arena_cast(const form& row) {
  minimal_program made;
  constexpr std::uint64_t user_address = 0x1000'0000'0000;
  constexpr std::uint32_t mappable = 1u << 10;
  const int arena = add_map(made, map_type::arena, 0, mappable, user_address);
  begin(made);
  made.append(ld_imm64(r2, map_fd(arena)));
  made.slot = made.next();
  made.code.push_back(instruction_of(row));
  end(made);
  return made;
}

inline minimal_program plain(const form& row) {
  minimal_program made;
  begin(made);
  if (row.mnemonic == "exit") made.append(mov(r0, 0));
  made.slot = made.next();
  made.code.push_back(instruction_of(row));
  if (row.mnemonic != "exit") end(made);
  return made;
}

}  // namespace minimal

/// The program for one row of the instruction table.
inline minimal_program minimal_program_of(const isa::form& row) {
  using namespace isa;
  if (row.opcode == ld_imm64_opcode) return minimal::wide_load(static_cast<std::uint8_t>(row.src.value));
  if (row.mnemonic == "gotox") return minimal::indirect_jump();
  if (row.mnemonic == "call_kfunc") return minimal::kernel_call();
  if (row.mnemonic == "addr_space_cast") return minimal::arena_cast(row);
  if (row.mnemonic == "call" && row.src.value == call_source::local) return minimal::local_call();
  if (row.mnemonic == "call" || row.mnemonic == "exit") return minimal::plain(row);
  const std::uint8_t in = class_of(row.opcode);
  return in == opclass::jmp || in == opclass::jmp32 ? minimal::jump(row) : minimal::plain(row);
}

}  // namespace lsmith::tests
