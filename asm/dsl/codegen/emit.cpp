#include <lsmith/asm/dsl/codegen/emit.hpp>

#include <algorithm>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/jumps.hpp>

namespace lsmith::dsl {
namespace {

using isa::operation;

// ---------------------------------------------------------------------------------------------------- instructions --

std::uint8_t u8(reg which) { return static_cast<std::uint8_t>(which); }
isa::r_register r(reg which) { return {{u8(which)}}; }
isa::w_register w(reg which) { return {{u8(which)}}; }

isa::immediate immediate_of(std::int64_t number, const isa::reference& name) {
  return name.open() ? isa::immediate(name) : isa::immediate(isa::number(number));
}

isa::address address_of(const step& one) {
  if (one.name.open()) return {r(one.a), one.name};
  return {r(one.a), isa::number(one.number)};
}

/// The instruction of an arithmetic code, for both widths, and for registers and immediates.
template <class Register, class Second>
operation arithmetic(std::int32_t code, Register dst, Second second, const written_at& where) {
  namespace alu = isa::alu_code;
  switch (code) {
    case alu::add: return isa::add(dst, second, where);
    case alu::sub: return isa::sub(dst, second, where);
    case alu::mul: return isa::mul(dst, second, where);
    case alu::div: return isa::div(dst, second, where);
    case alu::mod: return isa::mod(dst, second, where);
    case alu::or_: return isa::or_(dst, second, where);
    case alu::and_: return isa::and_(dst, second, where);
    case alu::xor_: return isa::xor_(dst, second, where);
    case alu::lsh: return isa::lsh(dst, second, where);
    case alu::rsh: return isa::rsh(dst, second, where);
    default: return isa::arsh(dst, second, where);
  }
}

template <class Left, class Right>
operation jump(std::uint8_t code, Left left, Right right, isa::label to, const written_at& where) {
  namespace jump = isa::jump_code;
  switch (code) {
    case jump::eq: return isa::jeq(left, right, to, where);
    case jump::ne: return isa::jne(left, right, to, where);
    case jump::gt: return isa::jgt(left, right, to, where);
    case jump::ge: return isa::jge(left, right, to, where);
    case jump::lt: return isa::jlt(left, right, to, where);
    case jump::le: return isa::jle(left, right, to, where);
    case jump::sgt: return isa::jsgt(left, right, to, where);
    case jump::sge: return isa::jsge(left, right, to, where);
    case jump::slt: return isa::jslt(left, right, to, where);
    case jump::sle: return isa::jsle(left, right, to, where);
    default: return isa::jset(left, right, to, where);
  }
}

operation alu(const step& one) {
  if (one.bits == 64 && one.b != no_reg)
    return arithmetic<isa::r_register, isa::r_source>(one.code, r(one.dst), r(one.b), one.where);
  if (one.bits == 64) return arithmetic(one.code, r(one.dst), immediate_of(one.number, one.name), one.where);
  if (one.b != no_reg) return arithmetic<isa::w_register, isa::w_source>(one.code, w(one.dst), w(one.b), one.where);
  return arithmetic(one.code, w(one.dst), immediate_of(one.number, one.name), one.where);
}

operation load(const step& one) {
  const isa::address at = address_of(one);
  switch (one.bits) {
    case 8: return isa::load(r(one.dst), isa::mem8[at], one.where);
    case 16: return isa::load(r(one.dst), isa::mem16[at], one.where);
    case 32: return isa::load(r(one.dst), isa::mem32[at], one.where);
    default: return isa::load(r(one.dst), isa::mem64[at], one.where);
  }
}

template <class Value>
operation store(const step& one, Value value) {
  const isa::address at = address_of(one);
  switch (one.bits) {
    case 8: return isa::store(isa::mem8[at], value, one.where);
    case 16: return isa::store(isa::mem16[at], value, one.where);
    case 32: return isa::store(isa::mem32[at], value, one.where);
    default: return isa::store(isa::mem64[at], value, one.where);
  }
}

template <class Memory, class Register>
operation atomic(std::int32_t code, Memory at, Register by, const written_at& where) {
  namespace does = isa::atomic_code;
  switch (code) {
    case does::add: return isa::atomic_add(at, by, where);
    case does::or_: return isa::atomic_or(at, by, where);
    case does::and_: return isa::atomic_and(at, by, where);
    case does::xor_: return isa::atomic_xor(at, by, where);
    case does::add | does::fetch: return isa::atomic_fetch_add(at, by, where);
    case does::or_ | does::fetch: return isa::atomic_fetch_or(at, by, where);
    case does::and_ | does::fetch: return isa::atomic_fetch_and(at, by, where);
    case does::xor_ | does::fetch: return isa::atomic_fetch_xor(at, by, where);
    case does::cmpxchg: return isa::cmpxchg(at, by, where);
    default: return isa::xchg(at, by, where);
  }
}

operation map_load(const step& one, std::uint8_t source) {
  return isa::ld_imm64(r(one.dst), isa::wide_operand{source, 0, static_cast<std::int32_t>(one.number), one.name, {}}, one.where);
}

void emit(isa::assembler& out, const step& one, const std::vector<isa::label>& functions) {
  using namespace isa;
  switch (one.what) {
    case act::move:
      return one.bits == 64 ? out({mov(r(one.dst), r(one.a), one.where)}) : out({mov(w(one.dst), w(one.a), one.where)});
    case act::set:
      return one.bits == 64 ? out({mov(r(one.dst), immediate_of(one.number, one.name), one.where)})
                            : out({mov(w(one.dst), immediate_of(one.number, one.name), one.where)});
    case act::set_wide: return out({ld_imm64(r(one.dst), immediate_of(one.number, one.name), one.where)});
    case act::frame: return out({mov(r(one.dst), r10, one.where), add(r(one.dst), one.number, one.where)});
    case act::map_address: return out({map_load(one, pseudo_source::map_fd)});
    case act::value_address: return out({map_load(one, pseudo_source::map_value)});
    case act::alu: return out({alu(one)});
    case act::swap: return out({one.bits == 16 ? be16(r(one.dst), one.where) : be32(r(one.dst), one.where)});
    case act::load: return out({load(one)});
    case act::store: return out({store<r_source>(one, r(one.b))});
    case act::store_number: return out({store(one, number(one.constant))});
    case act::atomic:
      return one.bits == 64 ? out({atomic(one.code, mem64[address_of(one)], r(one.b), one.where)})
                            : out({atomic(one.code, mem32[address_of(one)], w(one.b), one.where)});
    case act::call: return out({isa::call(static_cast<helper>(one.code), one.where)});
    case act::call_kernel: return out({isa::call(kfunc(one.name.name, one.where), one.where)});
    case act::call_local: return out({isa::call(functions[static_cast<std::size_t>(one.code)], one.where)});
    case act::function_address:
      return out({ld_imm64(r(one.dst), isa::function_address(functions[static_cast<std::size_t>(one.code)]), one.where)});
  }
}

operation conditional(const ending& how, std::uint8_t code, isa::label to) {
  if (how.bits == 64 && how.b != no_reg) return jump<isa::r_source, isa::r_source>(code, r(how.a), r(how.b), to, how.where);
  if (how.bits == 64) return jump<isa::r_source>(code, r(how.a), immediate_of(how.number, how.name), to, how.where);
  if (how.b != no_reg) return jump<isa::w_source, isa::w_source>(code, w(how.a), w(how.b), to, how.where);
  return jump<isa::w_source>(code, w(how.a), immediate_of(how.number, how.name), to, how.where);
}

/// Emits one function into the assembler.
class emitter {
 public:
  emitter(isa::assembler& out, const flow& steps, const std::vector<isa::label>& functions)
      : out_(out), steps_(steps), functions_(functions) {
    for (std::size_t i = 0; i < steps.size(); ++i) labels_.push_back(out_.new_label("block"));
  }

  void run() {
    const std::vector<block_id>& order = steps_.order();
    for (std::size_t i = 0; i < order.size(); ++i) {
      const block& one = steps_.at(order[i]);
      if (i != 0) out_({isa::bind(labels_[order[i]], one.end.where)});
      for (const step& each : one.steps) emit(out_, each, functions_);
      finish(one.end, i + 1 < order.size() ? order[i + 1] : no_block);
    }
  }

 private:
  // A jump to an exit is replaced by an exit.
  void go(block_id to, block_id next, const written_at& where) {
    const block& there = steps_.at(to);
    if (to == next) return;
    if (there.steps.empty() && there.end.what == ending::kind::exit) return out_({isa::exit(where)});
    out_({isa::ja(labels_[to], where)});
  }

  void finish(const ending& end, block_id next) {
    switch (end.what) {
      case ending::kind::jump: return go(end.to, next, end.where);
      case ending::kind::exit: return out_({isa::exit(end.where)});
      case ending::kind::branch:
        if (end.to == next && isa::opposite_of(end.code) != 0)
          return out_({conditional(end, isa::opposite_of(end.code), labels_[end.otherwise])});
        out_({conditional(end, end.code, labels_[end.to])});
        return go(end.otherwise, next, end.where);
      case ending::kind::open:
      case ending::kind::pass: return;
    }
  }

  isa::assembler& out_;
  const flow& steps_;
  const std::vector<isa::label>& functions_;
  std::vector<isa::label> labels_;
};

}  // namespace

checked<isa::code> emit(const lowered& whole) {
  isa::assembler out;
  std::vector<isa::label> functions;
  for (const lowered_function& each : whole.functions) functions.push_back(out.new_label(each.name, each.where));
  emitter(out, whole.steps, functions).run();
  for (std::size_t i = 0; i < whole.functions.size(); ++i) {
    out({isa::function(functions[i], whole.functions[i].where)});
    emitter(out, whole.functions[i].steps, functions).run();
  }
  auto made = std::move(out).finish();
  if (!made) return made;
  for (std::size_t i = 0; i < whole.functions.size(); ++i) made->functions[i].takes = whole.functions[i].takes;
  for (std::size_t i = 0; i < whole.functions.size(); ++i) made->functions[i].gives = whole.functions[i].gives;
  return made;
}

}  // namespace lsmith::dsl
