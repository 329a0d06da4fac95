// What a policy says, before anyone asks how it is computed. Writing `vma["vm_start"] >= mm["brk"]` loads nothing: it
// records a node that says "compare", on two nodes that say "member". A node is computed where its number is first needed,
// and at most once on any way through the program; one that is not needed is never computed.
//
// Only what must happen at its place stands in the list of statements: verdicts, events, changes to maps, and reads of
// memory that somebody else may change meanwhile.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/graph/nullable.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::dsl {

/// The line that wrote an expression.
using written_at = std::source_location;

/// A node of the graph. Its own type, so that it cannot be mistaken for a register or a number.
enum class node_id : std::uint32_t { none = ~std::uint32_t{0} };

/// What a node computes. The comments say which fields of the node it uses.
enum class op : std::uint8_t {
  wrong,         ///< nothing: a fault was told about it
  number,        ///< number
  constant,      ///< name: a constant of the object, set at load
  enumerator,    ///< type_name, name
  argument,      ///< name: of the hook
  member,        ///< a: pointer; type_name, name: the path from what it points to; bitfield: bits, 0 for none
  aggregate,         ///< likewise, a struct or array within what the pointer points to; not loaded
  call,          ///< helper, more: arguments. Gives the same every time within one run. b: of the current task, the same
                 ///< as a typed pointer
  call_here,     ///< helper, or type_name: a kernel function; more: arguments. Computed at its statement
  call_local,    ///< number: which function of the program; more: arguments. Computed at its statement
  context,       ///< what the hook was called with
  parameter,     ///< number: which one of the function
  lookup,        ///< name: map, or a: one that was found; image. Computed at its statement
  map_pointer,   ///< name: map; what helpers take for it
  variable,      ///< name: array map of one value: where that value is
  memory,        ///< a: pointer to memory of the program's own, number: offset. Read at its statement
  fetch,         ///< code, a: pointer, number: offset, b: an atomic change that gives what was there; more: what cmpxchg
                 ///< expects. At its statement
  counter,       ///< the count of a loop, made by its statement
  cast,          ///< a: pointer, as another type
  arithmetic,    ///< code (of isa::alu_code), a, b, number: 32 or 64 bits. With code end: a, the other byte order of `number` bits
  sign_extend,   ///< a: at most 32 bits wide, to 64
  or_zero,       ///< a, and zero where that hangs on a null pointer
  low_half,      ///< a: the low 32 bits of a 64-bit number
  compare,       ///< code (of isa::jump_code), a, b; bits of the comparison in `number`
  test,          ///< a: not zero, not null
  both,          ///< a, then b
  either,        ///< a, else b
  negation,      ///< a
  comm,          ///< bytes: the task's name
  text,          ///< bytes: a zero-ended string in the kernel; a: pointer, or a place that is an array
  block,         ///< bytes as they are; a: pointer, or a place
  path,          ///< bytes: a struct path as text; a: the place or pointer
  same_bytes,    ///< a: bytes; name: what they begin with
};

/// What kind of thing a node's value is.
enum class value_kind : std::uint8_t { wrong, number, pointer, aggregate, condition, bytes };

/// How the memory behind a pointer is read.
enum class reach : std::uint8_t {
  verified,  ///< by a load that the verifier checks against the kernel's types
  probed,    ///< copied by bpf_probe_read_kernel: the verifier does not know the type
  task,      ///< from the current task on: by a load where the kernel hands out a typed pointer (5.11+), else copied
  own,       ///< by a load: a map's value
};

/// A value's type. Numbers of at most 32 bits are kept as 32-bit numbers, with zeros above them.
struct shape {
  value_kind what = value_kind::wrong;
  std::uint8_t bits = 64;      ///< of a number: 8, 16, 32 or 64 as declared
  bool is_signed = false;
  reach by = reach::verified;  ///< of a pointer
  bool never_null = false;     ///< of a pointer
  std::int8_t no_address = always_an_address;  ///< of a pointer: up to here it is none, whatever a verifier believes (nullable.hpp)
  btf::type_id type = btf::type_id::none;  ///< what a pointer points to, or what a place is
  std::uint32_t size = 0;      ///< of bytes

  bool operator==(const shape&) const = default;
};

/// One field of an image.
struct part {
  std::uint32_t offset;
  std::uint32_t size;
  node_id value;
};

/// A struct of the program's own, put together on the stack: an event, a map's key or value. What it does not say is zero.
struct image {
  std::uint32_t size = 0;
  std::vector<part> parts = {};
};

struct node {
  op what = op::wrong;
  shape type = {};
  node_id a = node_id::none;
  node_id b = node_id::none;
  std::uint8_t code = 0;
  std::uint8_t bitfield = 0;
  std::int64_t number = 0;
  isa::helper helper = isa::helper::unspec;
  std::string type_name = {};
  std::string name = {};
  std::vector<node_id> more = {};
  dsl::image image = {};
  written_at where = {};
};

struct statement;
using statements = std::vector<statement>;

/// What happens at one place of a program.
struct statement {
  enum class kind : std::uint8_t {
    when,      ///< subject: condition; body, otherwise
    compute,   ///< subject: a node that belongs to this place
    bound,     ///< whoever is not bound by the program leaves it here
    store,     ///< subject: pointer; offset; bits; value
    change,    ///< subject: pointer; offset; bits; code (of isa::atomic_code); value
    update,    ///< name: map, or subject: one that was found; key, record: its new value; flags
    remove,    ///< likewise; key
    enter,     ///< name: program array; subject: which of its programs
    report,    ///< record: an event
    deny,      ///< errno_; record: an event, empty for none
    allow,     ///< record likewise
    retval,    ///< subject: what the program returns
    unrolled,  ///< body, in which the rounds stand one behind another
    bounded,   ///< count times; value: the counter's node; body
    called,    ///< likewise
    stop,      ///< ends the loop around it
    hold,      ///< subject: a call that hands out a reference; name: what takes it back; body, otherwise
    give,      ///< subject: ends the function with it
  };

  kind what = kind::compute;
  node_id subject = node_id::none;
  node_id value = node_id::none;
  std::int32_t offset = 0;
  std::uint8_t bits = 0;
  std::int32_t code = 0;
  std::uint64_t count = 0;
  std::uint64_t flags = 0;
  int errno_ = 0;
  std::string name = {};
  image key = {};
  image record = {};
  statements body = {};
  statements otherwise = {};
  written_at where = {};
};

/// A function of the program's own.
struct function {
  std::string name = {};
  std::vector<node_id> parameters = {};
  std::vector<bool> believed = {};  ///< for each parameter, whether it is a pointer that is handed on to the kernel
  shape gives = {};
  statements says = {};
  written_at where = {};
};

}  // namespace lsmith::dsl
