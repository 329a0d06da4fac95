// A policy as bytes that are ready for the kernel: code, maps, types and the questions that only a kernel can answer. They
// are made where there is time and memory (pack.hpp), and put in force where there is neither (policy.hpp): in a
// small static program, without heap and library, before anything else of the machine is up.
//
// This is the layout. Everything lies in one piece; a `part` says where records of one kind stand in it, a `text` where letters
// do. Numbers are in the machine's own byte order: a packed policy is for the architecture that it was packed on.
#pragma once

#include <cstddef>
#include <cstdint>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/syscall/abi.hpp>

namespace lsmith::loader::image_layout {

/// Records, one behind the other: bytes from the start of the whole, and how many.
struct part {
  std::uint32_t at = 0;
  std::uint32_t count = 0;
};
using text = part;  ///< letters; behind the last one stands a zero

/// Where everything begins. `size` counts the whole.
struct header {
  static constexpr std::uint64_t right_magic = 0x316b'6361'7073'6d6c;  // "lmspack1" in memory
  std::uint64_t magic = right_magic;
  std::uint64_t checksum = 0;     ///< of the whole, with this taken for 0
  std::uint32_t size = 0;
  std::uint32_t needs_btf = 0;  ///< whether some map is not made without map_btf
  part about = {};      ///< text: what the policy is, for people
  part says = {};       ///< text: what is said when it is in force
  part license = {};    ///< text
  part map_btf = {};  ///< bytes: BTF of what the maps hold
  part maps = {};
  part elements = {};
  part programs = {};
  part relocations = {};
  part pin = {};          ///< text: the name by which the policy stays in force; empty when it ends with its process
  part description = {};  ///< bytes: what is pinned beside it (pins.hpp)
  part since = {};        ///< text within the description: ten digits, seconds since 1970, written when it is put in force
};
static_assert(sizeof(header) <= 128, "a program that holds no policy has this much room for one (standalone/layout.ld)");

/// What `checksum` is to be. `whole` is aligned, and a multiple of eight bytes long.
inline std::uint64_t checksum_of(bytes whole) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;  // FNV-1a, eight bytes at a time
  for (std::size_t at = 0; at + 8 <= whole.size(); at += 8) {
    const auto word = at == offsetof(header, checksum) ? 0 : read_as<std::uint64_t>(whole.data() + at);
    sum = (sum ^ word) * 0x0000'0100'0000'01b3;
  }
  return sum;
}

struct map {
  char name[abi::name_length] = {};
  std::uint32_t type = 0, key_size = 0, value_size = 0, entries = 0, flags = 0;
  std::uint32_t inner = none;  ///< of a map of maps: which of the maps those it holds are like
  std::uint32_t key_type = 0, value_type = 0;  ///< in map_btf

  static constexpr std::uint32_t none = UINT32_MAX;
};

/// What a map holds from the start.
enum class holds : std::uint32_t {
  bytes,    ///< value: where they stand
  map,      ///< value: which
  program,  ///< value: which
  cgroup,   ///< value: where its path stands; the path ends with a zero
};
struct element {
  std::uint32_t map = 0;
  holds what = holds::bytes;
  std::uint32_t key = 0;  ///< where its bytes stand
  std::uint32_t value = 0;
};

struct program {
  char name[abi::name_length] = {};
  std::uint32_t prog_type = 0, attach_type = 0, flags = 0;  ///< as BPF_PROG_LOAD has them
  std::uint32_t called = 0;  ///< not attached: it is tail-called
  std::uint32_t hook = 0;    ///< the question about the hook's number
  std::uint32_t hook_id = 0; ///< its answer
  part code = {};
  part open = {};            ///< numbers that are not known yet
  part types = {};           ///< bytes: the program's own BTF
  part functions = {};       ///< func_info
  part lines = {};           ///< line_info
};

/// One open number of a program: at `slot`, the answer of a question or the descriptor of a map.
struct open_number {
  std::uint32_t slot = 0;
  std::uint32_t is_map = 0;
  std::uint32_t which = 0;
};

struct relocation {
  std::uint32_t kind = 0;  ///< btf::question
  text type = {}, name = {};
};

/// As many questions, maps and programs as a packed policy may have.
inline constexpr std::size_t most_relocations = 256, most_maps = 64, most_programs = 64;

}  // namespace lsmith::loader::packed
