// The layout of a policy image: an object as bytes that are ready for the kernel, with code, maps, BTF, and the relocations
// that only the target kernel can resolve. build_image.hpp makes it where there is time and memory. image.hpp enforces it where
// there is neither: in a small static executable without heap and C library, early at boot.
//
// An image is one piece of memory. A `part` says where the records of one kind are, a `text` where characters are. Numbers are
// in the byte order of the machine: an image is valid only for the architecture that it was built on.
#pragma once

#include <cstddef>
#include <cstdint>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/syscall/abi.hpp>

namespace lsmith::loader::image_layout {

/// An array of records.
struct part {
  std::uint32_t at = 0;     ///< offset from the start of the image, in bytes
  std::uint32_t count = 0;  ///< number of records
};
using text = part;  ///< characters, followed by a zero that is not counted

/// The start of an image.
struct header {
  static constexpr std::uint64_t right_magic = 0x316b'6361'7073'6d6c;  // "lmspack1" in memory
  static constexpr std::uint32_t no_map = UINT32_MAX;
  std::uint64_t magic = right_magic;
  std::uint64_t checksum = 0;     ///< checksum_of() the image
  std::uint32_t size = 0;         ///< bytes of the whole image, a multiple of eight
  std::uint32_t needs_btf = 0;  ///< whether a map cannot be created without map_btf
  part about = {};      ///< text: what the policy is, for people
  part says = {};       ///< text: printed when it is enforced
  part license = {};    ///< text
  part map_btf = {};  ///< bytes: BTF of the maps' keys and values
  part maps = {};
  part elements = {};
  part programs = {};
  part relocations = {};
  part pin = {};          ///< text: the name to pin the policy by; empty if it ends with its process
  part description = {};  ///< bytes: the description that is pinned with it (pins.hpp)
  part since = {};        ///< text within the description: ten digits, seconds since 1970, written when it is enforced
  std::uint32_t armed_map = no_map;  ///< index of the map whose value becomes 1 once the policy has its name; no_map: none
  std::uint32_t reserved = 0;
};
static_assert(sizeof(header) <= 128, "the header must fit the room that standalone/layout.ld reserves");

/// The value of `checksum` for an image; the field itself counts as 0. `whole` is aligned to eight bytes, and its length is a
/// multiple of eight.
inline std::uint64_t checksum_of(bytes whole) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;  // FNV-1a, eight bytes at a time
  for (std::size_t at = 0; at + 8 <= whole.size(); at += 8) {
    const auto word = at == offsetof(header, checksum) ? 0 : read_as<std::uint64_t>(whole.data() + at);
    sum = (sum ^ word) * 0x0000'0100'0000'01b3;
  }
  return sum;
}

/// A map. Its fields are those of BPF_MAP_CREATE.
struct map {
  char name[abi::name_length] = {};
  std::uint32_t type = 0, key_size = 0, value_size = 0, entries = 0, flags = 0;
  std::uint32_t inner = none;  ///< for a map of maps: index of the map that its inner maps are like
  std::uint32_t key_type = 0, value_type = 0;  ///< in map_btf
  std::uint32_t frozen = 0;  ///< 1 if it is frozen once it is filled

  static constexpr std::uint32_t none = UINT32_MAX;
};

/// The kind of an element's value, and what element::value then is.
enum class value_kind : std::uint32_t {
  bytes,    ///< the offset of its bytes
  map,      ///< the index of a map
  program,  ///< the index of a program
  cgroup,   ///< the offset of a cgroup's path, which ends with a zero
};
/// An element that is stored in a map before the programs are attached.
struct element {
  std::uint32_t map = 0;  ///< index of the map
  value_kind what = value_kind::bytes;
  std::uint32_t key = 0;  ///< offset of its bytes
  std::uint32_t value = 0;
};

/// A program.
struct program {
  char name[abi::name_length] = {};
  std::uint32_t prog_type = 0, attach_type = 0, flags = 0;  ///< as in BPF_PROG_LOAD
  std::uint32_t called = 0;  ///< 1 if it is not attached, but tail-called
  std::uint32_t hook = 0;    ///< index of the relocation that resolves to the hook's BTF type id
  std::uint32_t hook_id = 0; ///< that id, once it is resolved
  part code = {};
  part open = {};            ///< open_number: what is to be patched into the code
  part types = {};           ///< bytes: the program's own BTF
  part functions = {};       ///< func_info
  part lines = {};           ///< line_info
};

/// A number that is patched into the instruction at `slot`: the value of a relocation, or the descriptor of a map.
struct open_number {
  std::uint32_t slot = 0;
  std::uint32_t is_map = 0;  ///< 1 for a map
  std::uint32_t which = 0;   ///< index of the map or relocation
};

/// A relocation that the target kernel's BTF resolves (btf::relocation).
struct relocation {
  std::uint32_t kind = 0;  ///< btf::core_relo_kind
  text type = {}, name = {};
};

/// The maximum numbers of relocations, maps and programs in an image.
inline constexpr std::size_t most_relocations = 256, most_maps = 64, most_programs = 64;

}  // namespace lsmith::loader::image_layout
