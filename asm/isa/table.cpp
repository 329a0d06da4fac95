// The kernel version in a row is the first release whose verifier accepts the instruction, with a JIT that has it. 3.18 is the
// first release that has bpf(2).
#include <lsmith/asm/isa/table.hpp>

#include <array>

namespace lsmith::isa {
namespace {

constexpr field_form zero = {field_rule::exactly, 0};
constexpr field_form any = {field_rule::anything, 0};
constexpr field_form reads = {field_rule::reads, 0};
constexpr field_form writes = {field_rule::writes, 0};
constexpr field_form ignored = {field_rule::ignored, 0};
constexpr field_form only(std::int16_t value) { return {field_rule::exactly, value}; }

constexpr kernel_version v3_18{3, 18}, v4_14{4, 14}, v4_16{4, 16}, v5_1{5, 1}, v5_2{5, 2}, v5_10{5, 10}, v5_12{5, 12},
    v5_13{5, 13}, v5_14{5, 14}, v6_6{6, 6}, v6_9{6, 9}, v6_15{6, 15}, v6_19{6, 19};

// opcode, mnemonic, dst, src, offset, immediate, since, group, text (LLVM's), text (the kernel's)
constexpr form rows[] = {
    {0x04, "add", writes, zero, zero, any, v3_18, conformance::base32, "{d} += {i}"},
    {0x05, "ja", zero, zero, any, zero, v3_18, conformance::base32, "goto {j}"},
    {0x06, "gotol", zero, zero, zero, any, v6_6, conformance::base32, "gotol {l}"},
    {0x07, "add", writes, zero, zero, any, v3_18, conformance::base64, "{D} += {i}"},
    {0x0c, "add", writes, reads, zero, zero, v3_18, conformance::base32, "{d} += {s}"},
    {0x0d, "gotox", reads, zero, zero, zero, v6_19, conformance::later, "gotox {D}"},
    {0x0f, "add", writes, reads, zero, zero, v3_18, conformance::base64, "{D} += {S}"},
    {0x14, "sub", writes, zero, zero, any, v3_18, conformance::base32, "{d} -= {i}"},
    {0x15, "jeq", reads, zero, any, any, v3_18, conformance::base64, "if {D} == {h} goto {j}"},
    {0x16, "jeq", reads, zero, any, any, v5_1, conformance::base32, "if {d} == {h} goto {j}"},
    {0x17, "sub", writes, zero, zero, any, v3_18, conformance::base64, "{D} -= {i}"},
    {0x18, "ld_imm64", writes, only(0), zero, any, v3_18, conformance::base64, "{D} = {w} ll", "{D} = {w}"},
    {0x18, "ld_imm64", writes, only(1), zero, any, v3_18, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x18, "ld_imm64", writes, only(2), zero, any, v5_2, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x18, "ld_imm64", writes, only(3), zero, any, v5_10, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x18, "ld_imm64", writes, only(4), zero, any, v5_13, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x18, "ld_imm64", writes, only(5), zero, any, v5_14, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x18, "ld_imm64", writes, only(6), zero, any, v5_14, conformance::base64, "ld_pseudo {D}, {p}, {w}"},
    {0x1c, "sub", writes, reads, zero, zero, v3_18, conformance::base32, "{d} -= {s}"},
    {0x1d, "jeq", reads, reads, any, zero, v3_18, conformance::base64, "if {D} == {S} goto {j}"},
    {0x1e, "jeq", reads, reads, any, zero, v5_1, conformance::base32, "if {d} == {s} goto {j}"},
    {0x1f, "sub", writes, reads, zero, zero, v3_18, conformance::base64, "{D} -= {S}"},
    {0x20, "ld_abs32", zero, zero, zero, any, v3_18, conformance::packet, "r0 = *(u32 *)skb[{i}]"},
    {0x24, "mul", writes, zero, zero, any, v3_18, conformance::divmul32, "{d} *= {i}"},
    {0x25, "jgt", reads, zero, any, any, v3_18, conformance::base64, "if {D} > {h} goto {j}"},
    {0x26, "jgt", reads, zero, any, any, v5_1, conformance::base32, "if {d} > {h} goto {j}"},
    {0x27, "mul", writes, zero, zero, any, v3_18, conformance::divmul64, "{D} *= {i}"},
    {0x28, "ld_abs16", zero, zero, zero, any, v3_18, conformance::packet, "r0 = *(u16 *)skb[{i}]"},
    {0x2c, "mul", writes, reads, zero, zero, v3_18, conformance::divmul32, "{d} *= {s}"},
    {0x2d, "jgt", reads, reads, any, zero, v3_18, conformance::base64, "if {D} > {S} goto {j}"},
    {0x2e, "jgt", reads, reads, any, zero, v5_1, conformance::base32, "if {d} > {s} goto {j}"},
    {0x2f, "mul", writes, reads, zero, zero, v3_18, conformance::divmul64, "{D} *= {S}"},
    {0x30, "ld_abs8", zero, zero, zero, any, v3_18, conformance::packet, "r0 = *(u8 *)skb[{i}]"},
    {0x34, "div", writes, zero, zero, any, v3_18, conformance::divmul32, "{d} /= {i}"},
    {0x34, "sdiv", writes, zero, only(1), any, v6_6, conformance::divmul32, "{d} s/= {i}"},
    {0x35, "jge", reads, zero, any, any, v3_18, conformance::base64, "if {D} >= {h} goto {j}"},
    {0x36, "jge", reads, zero, any, any, v5_1, conformance::base32, "if {d} >= {h} goto {j}"},
    {0x37, "div", writes, zero, zero, any, v3_18, conformance::divmul64, "{D} /= {i}"},
    {0x37, "sdiv", writes, zero, only(1), any, v6_6, conformance::divmul64, "{D} s/= {i}"},
    {0x3c, "div", writes, reads, zero, zero, v3_18, conformance::divmul32, "{d} /= {s}"},
    {0x3c, "sdiv", writes, reads, only(1), zero, v6_6, conformance::divmul32, "{d} s/= {s}"},
    {0x3d, "jge", reads, reads, any, zero, v3_18, conformance::base64, "if {D} >= {S} goto {j}"},
    {0x3e, "jge", reads, reads, any, zero, v5_1, conformance::base32, "if {d} >= {s} goto {j}"},
    {0x3f, "div", writes, reads, zero, zero, v3_18, conformance::divmul64, "{D} /= {S}"},
    {0x3f, "sdiv", writes, reads, only(1), zero, v6_6, conformance::divmul64, "{D} s/= {S}"},
    {0x40, "ld_ind32", zero, reads, zero, any, v3_18, conformance::packet, "r0 = *(u32 *)skb[{S}{x}]"},
    {0x44, "or_", writes, zero, zero, any, v3_18, conformance::base32, "{d} |= {i}"},
    {0x45, "jset", reads, zero, any, any, v3_18, conformance::base64, "if {D} & {h} goto {j}"},
    {0x46, "jset", reads, zero, any, any, v5_1, conformance::base32, "if {d} & {h} goto {j}"},
    {0x47, "or_", writes, zero, zero, any, v3_18, conformance::base64, "{D} |= {i}"},
    {0x48, "ld_ind16", zero, reads, zero, any, v3_18, conformance::packet, "r0 = *(u16 *)skb[{S}{x}]"},
    {0x4c, "or_", writes, reads, zero, zero, v3_18, conformance::base32, "{d} |= {s}"},
    {0x4d, "jset", reads, reads, any, zero, v3_18, conformance::base64, "if {D} & {S} goto {j}"},
    {0x4e, "jset", reads, reads, any, zero, v5_1, conformance::base32, "if {d} & {s} goto {j}"},
    {0x4f, "or_", writes, reads, zero, zero, v3_18, conformance::base64, "{D} |= {S}"},
    {0x50, "ld_ind8", zero, reads, zero, any, v3_18, conformance::packet, "r0 = *(u8 *)skb[{S}{x}]"},
    {0x54, "and_", writes, zero, zero, any, v3_18, conformance::base32, "{d} &= {i}"},
    {0x55, "jne", reads, zero, any, any, v3_18, conformance::base64, "if {D} != {h} goto {j}"},
    {0x56, "jne", reads, zero, any, any, v5_1, conformance::base32, "if {d} != {h} goto {j}"},
    {0x57, "and_", writes, zero, zero, any, v3_18, conformance::base64, "{D} &= {i}"},
    {0x5c, "and_", writes, reads, zero, zero, v3_18, conformance::base32, "{d} &= {s}"},
    {0x5d, "jne", reads, reads, any, zero, v3_18, conformance::base64, "if {D} != {S} goto {j}"},
    {0x5e, "jne", reads, reads, any, zero, v5_1, conformance::base32, "if {d} != {s} goto {j}"},
    {0x5f, "and_", writes, reads, zero, zero, v3_18, conformance::base64, "{D} &= {S}"},
    {0x61, "load", writes, reads, any, zero, v3_18, conformance::base32,
     "{d} = *(u32 *)({S}{o})", "{D} = *(u32 *)({S}{o})"},
    {0x62, "store", reads, zero, any, any, v3_18, conformance::base32, "*(u32 *)({D}{o}) = {i}"},
    {0x63, "store", reads, reads, any, zero, v3_18, conformance::base32,
     "*(u32 *)({D}{o}) = {s}", "*(u32 *)({D}{o}) = {S}"},
    {0x64, "lsh", writes, zero, zero, any, v3_18, conformance::base32, "{d} <<= {i}"},
    {0x65, "jsgt", reads, zero, any, any, v3_18, conformance::base64, "if {D} s> {h} goto {j}"},
    {0x66, "jsgt", reads, zero, any, any, v5_1, conformance::base32, "if {d} s> {h} goto {j}"},
    {0x67, "lsh", writes, zero, zero, any, v3_18, conformance::base64, "{D} <<= {i}"},
    {0x69, "load", writes, reads, any, zero, v3_18, conformance::base32,
     "{d} = *(u16 *)({S}{o})", "{D} = *(u16 *)({S}{o})"},
    {0x6a, "store", reads, zero, any, any, v3_18, conformance::base32, "*(u16 *)({D}{o}) = {i}"},
    {0x6b, "store", reads, reads, any, zero, v3_18, conformance::base32,
     "*(u16 *)({D}{o}) = {s}", "*(u16 *)({D}{o}) = {S}"},
    {0x6c, "lsh", writes, reads, zero, zero, v3_18, conformance::base32, "{d} <<= {s}"},
    {0x6d, "jsgt", reads, reads, any, zero, v3_18, conformance::base64, "if {D} s> {S} goto {j}"},
    {0x6e, "jsgt", reads, reads, any, zero, v5_1, conformance::base32, "if {d} s> {s} goto {j}"},
    {0x6f, "lsh", writes, reads, zero, zero, v3_18, conformance::base64, "{D} <<= {S}"},
    {0x71, "load", writes, reads, any, zero, v3_18, conformance::base32,
     "{d} = *(u8 *)({S}{o})", "{D} = *(u8 *)({S}{o})"},
    {0x72, "store", reads, zero, any, any, v3_18, conformance::base32, "*(u8 *)({D}{o}) = {i}"},
    {0x73, "store", reads, reads, any, zero, v3_18, conformance::base32,
     "*(u8 *)({D}{o}) = {s}", "*(u8 *)({D}{o}) = {S}"},
    {0x74, "rsh", writes, zero, zero, any, v3_18, conformance::base32, "{d} >>= {i}"},
    {0x75, "jsge", reads, zero, any, any, v3_18, conformance::base64, "if {D} s>= {h} goto {j}"},
    {0x76, "jsge", reads, zero, any, any, v5_1, conformance::base32, "if {d} s>= {h} goto {j}"},
    {0x77, "rsh", writes, zero, zero, any, v3_18, conformance::base64, "{D} >>= {i}"},
    {0x79, "load", writes, reads, any, zero, v3_18, conformance::base64, "{D} = *(u64 *)({S}{o})"},
    {0x7a, "store", reads, zero, any, any, v3_18, conformance::base64, "*(u64 *)({D}{o}) = {i}"},
    {0x7b, "store", reads, reads, any, zero, v3_18, conformance::base64, "*(u64 *)({D}{o}) = {S}"},
    {0x7c, "rsh", writes, reads, zero, zero, v3_18, conformance::base32, "{d} >>= {s}"},
    {0x7d, "jsge", reads, reads, any, zero, v3_18, conformance::base64, "if {D} s>= {S} goto {j}"},
    {0x7e, "jsge", reads, reads, any, zero, v5_1, conformance::base32, "if {d} s>= {s} goto {j}"},
    {0x7f, "rsh", writes, reads, zero, zero, v3_18, conformance::base64, "{D} >>= {S}"},
    {0x81, "load", writes, reads, any, zero, v6_6, conformance::base64, "{D} = *(s32 *)({S}{o})"},
    {0x84, "neg", writes, zero, zero, zero, v3_18, conformance::base32, "{d} = -{d}"},
    {0x85, "call", zero, only(0), zero, any, v3_18, conformance::base32, "call {f}"},
    {0x85, "call", zero, only(1), zero, any, v4_16, conformance::base32, "call {c}"},
    {0x85, "call_kfunc", zero, only(2), any, any, v5_13, conformance::base32, "call {k}"},
    {0x87, "neg", writes, zero, zero, zero, v3_18, conformance::base64, "{D} = -{D}"},
    {0x89, "load", writes, reads, any, zero, v6_6, conformance::base32, "{D} = *(s16 *)({S}{o})"},
    {0x91, "load", writes, reads, any, zero, v6_6, conformance::base32, "{D} = *(s8 *)({S}{o})"},
    {0x94, "mod", writes, zero, zero, any, v3_18, conformance::divmul32, "{d} %= {i}"},
    {0x94, "smod", writes, zero, only(1), any, v6_6, conformance::divmul32, "{d} s%= {i}"},
    {0x95, "exit", zero, zero, ignored, zero, v3_18, conformance::base32, "exit"},
    {0x97, "mod", writes, zero, zero, any, v3_18, conformance::divmul64, "{D} %= {i}"},
    {0x97, "smod", writes, zero, only(1), any, v6_6, conformance::divmul64, "{D} s%= {i}"},
    {0x9c, "mod", writes, reads, zero, zero, v3_18, conformance::divmul32, "{d} %= {s}"},
    {0x9c, "smod", writes, reads, only(1), zero, v6_6, conformance::divmul32, "{d} s%= {s}"},
    {0x9f, "mod", writes, reads, zero, zero, v3_18, conformance::divmul64, "{D} %= {S}"},
    {0x9f, "smod", writes, reads, only(1), zero, v6_6, conformance::divmul64, "{D} s%= {S}"},
    {0xa4, "xor_", writes, zero, zero, any, v3_18, conformance::base32, "{d} ^= {i}"},
    {0xa5, "jlt", reads, zero, any, any, v4_14, conformance::base64, "if {D} < {h} goto {j}"},
    {0xa6, "jlt", reads, zero, any, any, v5_1, conformance::base32, "if {d} < {h} goto {j}"},
    {0xa7, "xor_", writes, zero, zero, any, v3_18, conformance::base64, "{D} ^= {i}"},
    {0xac, "xor_", writes, reads, zero, zero, v3_18, conformance::base32, "{d} ^= {s}"},
    {0xad, "jlt", reads, reads, any, zero, v4_14, conformance::base64, "if {D} < {S} goto {j}"},
    {0xae, "jlt", reads, reads, any, zero, v5_1, conformance::base32, "if {d} < {s} goto {j}"},
    {0xaf, "xor_", writes, reads, zero, zero, v3_18, conformance::base64, "{D} ^= {S}"},
    {0xb4, "mov", writes, zero, zero, any, v3_18, conformance::base32, "{d} = {i}"},
    {0xb5, "jle", reads, zero, any, any, v4_14, conformance::base64, "if {D} <= {h} goto {j}"},
    {0xb6, "jle", reads, zero, any, any, v5_1, conformance::base32, "if {d} <= {h} goto {j}"},
    {0xb7, "mov", writes, zero, zero, any, v3_18, conformance::base64, "{D} = {i}"},
    {0xbc, "mov", writes, reads, zero, zero, v3_18, conformance::base32, "{d} = {s}"},
    {0xbc, "movsx8", writes, reads, only(8), zero, v6_6, conformance::base32, "{d} = (s8){s}"},
    {0xbc, "movsx16", writes, reads, only(16), zero, v6_6, conformance::base32, "{d} = (s16){s}"},
    {0xbd, "jle", reads, reads, any, zero, v4_14, conformance::base64, "if {D} <= {S} goto {j}"},
    {0xbe, "jle", reads, reads, any, zero, v5_1, conformance::base32, "if {d} <= {s} goto {j}"},
    {0xbf, "mov", writes, reads, zero, zero, v3_18, conformance::base64, "{D} = {S}"},
    {0xbf, "movsx8", writes, reads, only(8), zero, v6_6, conformance::base64, "{D} = (s8){S}"},
    {0xbf, "movsx16", writes, reads, only(16), zero, v6_6, conformance::base64, "{D} = (s16){S}"},
    {0xbf, "movsx32", writes, reads, only(32), zero, v6_6, conformance::base64, "{D} = (s32){S}"},
    {0xbf, "addr_space_cast", writes, reads, only(1), any, v6_9, conformance::later,
     "{D} = addr_space_cast({S}, {a}, {b})"},
    {0xc3, "atomic_add", reads, reads, any, only(0x0), v3_18, conformance::atomic32,
     "lock *(u32 *)({D}{o}) += {s}", "lock *(u32 *)({D}{o}) += {S}"},
    {0xc3, "atomic_fetch_add", reads, writes, any, only(0x1), v5_12, conformance::atomic32,
     "{s} = atomic_fetch_add((u32 *)({D}{o}), {s})", "{S} = atomic_fetch_add((u32 *)({D}{o}), {S})"},
    {0xc3, "atomic_or", reads, reads, any, only(0x40), v5_12, conformance::atomic32,
     "lock *(u32 *)({D}{o}) |= {s}", "lock *(u32 *)({D}{o}) |= {S}"},
    {0xc3, "atomic_fetch_or", reads, writes, any, only(0x41), v5_12, conformance::atomic32,
     "{s} = atomic_fetch_or((u32 *)({D}{o}), {s})", "{S} = atomic_fetch_or((u32 *)({D}{o}), {S})"},
    {0xc3, "atomic_and", reads, reads, any, only(0x50), v5_12, conformance::atomic32,
     "lock *(u32 *)({D}{o}) &= {s}", "lock *(u32 *)({D}{o}) &= {S}"},
    {0xc3, "atomic_fetch_and", reads, writes, any, only(0x51), v5_12, conformance::atomic32,
     "{s} = atomic_fetch_and((u32 *)({D}{o}), {s})", "{S} = atomic_fetch_and((u32 *)({D}{o}), {S})"},
    {0xc3, "atomic_xor", reads, reads, any, only(0xa0), v5_12, conformance::atomic32,
     "lock *(u32 *)({D}{o}) ^= {s}", "lock *(u32 *)({D}{o}) ^= {S}"},
    {0xc3, "atomic_fetch_xor", reads, writes, any, only(0xa1), v5_12, conformance::atomic32,
     "{s} = atomic_fetch_xor((u32 *)({D}{o}), {s})", "{S} = atomic_fetch_xor((u32 *)({D}{o}), {S})"},
    {0xc3, "xchg", reads, writes, any, only(0xe1), v5_12, conformance::atomic32,
     "{s} = xchg32_32({D}{o}, {s})", "{S} = atomic_xchg((u32 *)({D}{o}), {S})"},
    {0xc3, "cmpxchg", reads, reads, any, only(0xf1), v5_12, conformance::atomic32,
     "w0 = cmpxchg32_32({D}{o}, w0, {s})", "r0 = atomic_cmpxchg((u32 *)({D}{o}), r0, {S})"},
    {0xc3, "load_acquire", writes, reads, any, only(0x100), v6_15, conformance::later,
     "{d} = load_acquire((u32 *)({S}{o}))", "{D} = load_acquire((u32 *)({S}{o}))"},
    {0xc3, "store_release", reads, reads, any, only(0x110), v6_15, conformance::later,
     "store_release((u32 *)({D}{o}), {s})", "store_release((u32 *)({D}{o}), {S})"},
    {0xc4, "arsh", writes, zero, zero, any, v3_18, conformance::base32, "{d} s>>= {i}"},
    {0xc5, "jslt", reads, zero, any, any, v4_14, conformance::base64, "if {D} s< {h} goto {j}"},
    {0xc6, "jslt", reads, zero, any, any, v5_1, conformance::base32, "if {d} s< {h} goto {j}"},
    {0xc7, "arsh", writes, zero, zero, any, v3_18, conformance::base64, "{D} s>>= {i}"},
    {0xcb, "load_acquire", writes, reads, any, only(0x100), v6_15, conformance::later,
     "{d} = load_acquire((u16 *)({S}{o}))", "{D} = load_acquire((u16 *)({S}{o}))"},
    {0xcb, "store_release", reads, reads, any, only(0x110), v6_15, conformance::later,
     "store_release((u16 *)({D}{o}), {s})", "store_release((u16 *)({D}{o}), {S})"},
    {0xcc, "arsh", writes, reads, zero, zero, v3_18, conformance::base32, "{d} s>>= {s}"},
    {0xcd, "jslt", reads, reads, any, zero, v4_14, conformance::base64, "if {D} s< {S} goto {j}"},
    {0xce, "jslt", reads, reads, any, zero, v5_1, conformance::base32, "if {d} s< {s} goto {j}"},
    {0xcf, "arsh", writes, reads, zero, zero, v3_18, conformance::base64, "{D} s>>= {S}"},
    {0xd3, "load_acquire", writes, reads, any, only(0x100), v6_15, conformance::later,
     "{d} = load_acquire((u8 *)({S}{o}))", "{D} = load_acquire((u8 *)({S}{o}))"},
    {0xd3, "store_release", reads, reads, any, only(0x110), v6_15, conformance::later,
     "store_release((u8 *)({D}{o}), {s})", "store_release((u8 *)({D}{o}), {S})"},
    {0xd4, "le16", writes, zero, zero, only(16), v3_18, conformance::base32, "{D} = le16 {D}"},
    {0xd4, "le32", writes, zero, zero, only(32), v3_18, conformance::base32, "{D} = le32 {D}"},
    {0xd4, "le64", writes, zero, zero, only(64), v3_18, conformance::base64, "{D} = le64 {D}"},
    {0xd5, "jsle", reads, zero, any, any, v4_14, conformance::base64, "if {D} s<= {h} goto {j}"},
    {0xd6, "jsle", reads, zero, any, any, v5_1, conformance::base32, "if {d} s<= {h} goto {j}"},
    {0xd7, "bswap16", writes, zero, zero, only(16), v6_6, conformance::base32, "{D} = bswap16 {D}"},
    {0xd7, "bswap32", writes, zero, zero, only(32), v6_6, conformance::base32, "{D} = bswap32 {D}"},
    {0xd7, "bswap64", writes, zero, zero, only(64), v6_6, conformance::base64, "{D} = bswap64 {D}"},
    {0xdb, "atomic_add", reads, reads, any, only(0x0), v3_18, conformance::atomic64, "lock *(u64 *)({D}{o}) += {S}"},
    {0xdb, "atomic_fetch_add", reads, writes, any, only(0x1), v5_12, conformance::atomic64,
     "{S} = atomic_fetch_add((u64 *)({D}{o}), {S})", "{S} = atomic64_fetch_add((u64 *)({D}{o}), {S})"},
    {0xdb, "atomic_or", reads, reads, any, only(0x40), v5_12, conformance::atomic64, "lock *(u64 *)({D}{o}) |= {S}"},
    {0xdb, "atomic_fetch_or", reads, writes, any, only(0x41), v5_12, conformance::atomic64,
     "{S} = atomic_fetch_or((u64 *)({D}{o}), {S})", "{S} = atomic64_fetch_or((u64 *)({D}{o}), {S})"},
    {0xdb, "atomic_and", reads, reads, any, only(0x50), v5_12, conformance::atomic64, "lock *(u64 *)({D}{o}) &= {S}"},
    {0xdb, "atomic_fetch_and", reads, writes, any, only(0x51), v5_12, conformance::atomic64,
     "{S} = atomic_fetch_and((u64 *)({D}{o}), {S})", "{S} = atomic64_fetch_and((u64 *)({D}{o}), {S})"},
    {0xdb, "atomic_xor", reads, reads, any, only(0xa0), v5_12, conformance::atomic64, "lock *(u64 *)({D}{o}) ^= {S}"},
    {0xdb, "atomic_fetch_xor", reads, writes, any, only(0xa1), v5_12, conformance::atomic64,
     "{S} = atomic_fetch_xor((u64 *)({D}{o}), {S})", "{S} = atomic64_fetch_xor((u64 *)({D}{o}), {S})"},
    {0xdb, "xchg", reads, writes, any, only(0xe1), v5_12, conformance::atomic64,
     "{S} = xchg_64({D}{o}, {S})", "{S} = atomic64_xchg((u64 *)({D}{o}), {S})"},
    {0xdb, "cmpxchg", reads, reads, any, only(0xf1), v5_12, conformance::atomic64,
     "r0 = cmpxchg_64({D}{o}, r0, {S})", "r0 = atomic64_cmpxchg((u64 *)({D}{o}), r0, {S})"},
    {0xdb, "load_acquire", writes, reads, any, only(0x100), v6_15, conformance::later,
     "{D} = load_acquire((u64 *)({S}{o}))"},
    {0xdb, "store_release", reads, reads, any, only(0x110), v6_15, conformance::later,
     "store_release((u64 *)({D}{o}), {S})"},
    {0xdc, "be16", writes, zero, zero, only(16), v3_18, conformance::base32, "{D} = be16 {D}"},
    {0xdc, "be32", writes, zero, zero, only(32), v3_18, conformance::base32, "{D} = be32 {D}"},
    {0xdc, "be64", writes, zero, zero, only(64), v3_18, conformance::base64, "{D} = be64 {D}"},
    {0xdd, "jsle", reads, reads, any, zero, v4_14, conformance::base64, "if {D} s<= {S} goto {j}"},
    {0xde, "jsle", reads, reads, any, zero, v5_1, conformance::base32, "if {d} s<= {s} goto {j}"},
    {0xe5, "may_goto", zero, zero, any, zero, v6_9, conformance::later, "may_goto {j}"},
};

constexpr bool in_order() {
  for (std::size_t i = 1; i < std::size(rows); ++i)
    if (rows[i - 1].opcode > rows[i].opcode) return false;
  return true;
}
static_assert(in_order(), "rows of one opcode stand together");

// The first row of each opcode. Its rows end where those of the next opcode start.
constexpr std::array<std::uint8_t, 257> starts = [] {
  std::array<std::uint8_t, 257> first{};
  std::size_t row = 0;
  for (std::size_t opcode = 0; opcode < 256; ++opcode) {
    first[opcode] = static_cast<std::uint8_t>(row);
    while (row < std::size(rows) && rows[row].opcode == opcode) ++row;
  }
  first[256] = static_cast<std::uint8_t>(row);
  return first;
}();
static_assert(std::size(rows) < 256);

}  // namespace

std::span<const form> table() { return rows; }

std::span<const form> forms_of(std::uint8_t opcode) {
  return table().subspan(starts[opcode], static_cast<std::size_t>(starts[opcode + 1] - starts[opcode]));
}

std::string_view name_of(conformance group) {
  switch (group) {
    case conformance::base32: return "base32";
    case conformance::base64: return "base64";
    case conformance::divmul32: return "divmul32";
    case conformance::divmul64: return "divmul64";
    case conformance::atomic32: return "atomic32";
    case conformance::atomic64: return "atomic64";
    case conformance::packet: return "packet";
    case conformance::later: return "later";
  }
  return {};
}

}  // namespace lsmith::isa
