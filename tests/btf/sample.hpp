// The BTF of a very small kernel, for tests: structs with members that are hard to find (anonymous ones, arrays, bitfields,
// typedefs), enums, two hooks, and a function with the prefix of a hook that is not one.
#pragma once

#include <vector>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/format/source.hpp>

namespace lsmith::tests {

struct sample_ids {
  btf::type_id int_, ulong, char_, u32, path, file, big, kind_enum, wide_enum;
  btf::type_id create_proto, create, stream_proto, stream, init;
};

/// Its contents, in C:
///
///   typedef unsigned int u32;
///   struct path { void *mnt; struct dentry *dentry; };
///   struct file {
///     u32 f_mode;                        // 0
///     union {                            // 8
///       struct path f_path;              // 8
///       struct { long unsigned int first, second; };
///     };
///     char name[16];                     // 24
///     struct path many[3];               // 40
///     u32 low : 3;                       // 88, bits 0 to 2
///     int high : 5;                      // 88, bits 3 to 7
///   };
///   struct big { long unsigned int a, b; };                      // 16 bytes
///   enum kind_enum { KIND_NONE = 0, KIND_LAST = -1 };
///   enum wide_enum { WIDE = 0x1'0000'0002 };                     // 64 bits
///   int bpf_lsm_socket_create(int family, int type, int protocol, int kern);
///   int bpf_lsm_stream(struct file *file, struct big value, u32 last);
///   int bpf_lsm_init(void);
///   union security_list_options { int (*socket_create)(...); int (*stream)(...); void *lsm_func_addr; };
inline btf::encoder sample(sample_ids& ids) {
  using namespace btf;
  encoder e;
  ids.int_ = e.int_("int", 4, int_encoding::signed_);
  ids.ulong = e.int_("long unsigned int", 8);
  ids.char_ = e.int_("char", 1);
  const type_id uint = e.int_("unsigned int", 4);
  ids.u32 = e.typedef_("u32", uint);
  const type_id void_pointer = e.pointer(type_id::none);
  const type_id dentry = e.forward("dentry");
  const type_id dentry_pointer = e.pointer(dentry);
  const new_member path_members[] = {{"mnt", void_pointer, 0}, {"dentry", dentry_pointer, 64}};
  ids.path = e.struct_("path", 16, path_members);

  const new_member pair_members[] = {{"first", ids.ulong, 0}, {"second", ids.ulong, 64}};
  const type_id pair = e.struct_("", 16, pair_members);
  const type_id const_path = e.const_(ids.path);
  const new_member choice_members[] = {{"f_path", const_path, 0}, {"", pair, 0}};
  const type_id choice = e.union_("", 16, choice_members);
  const type_id text = e.array(ids.char_, ids.ulong, 16);
  const type_id many = e.array(ids.path, ids.ulong, 3);
  const new_member file_members[] = {{"f_mode", ids.u32, 0}, {"", choice, 64},         {"name", text, 192},
                                     {"many", many, 320},    {"low", ids.u32, 704, 3}, {"high", ids.int_, 707, 5}};
  ids.file = e.struct_("file", 96, file_members);
  const new_member big_members[] = {{"a", ids.ulong, 0}, {"b", ids.ulong, 64}};
  ids.big = e.struct_("big", 16, big_members);

  const new_enumerator kinds[] = {{"KIND_NONE", 0}, {"KIND_LAST", -1}};
  ids.kind_enum = e.enum_("kind_enum", 4, kinds);
  const new_enumerator wide[] = {{"WIDE", 0x1'0000'0002}};
  ids.wide_enum = e.enum64("wide_enum", 8, wide);

  const new_param create[] = {{"family", ids.int_}, {"type", ids.int_}, {"protocol", ids.int_}, {"kern", ids.int_}};
  ids.create_proto = e.func_proto(ids.int_, create);
  ids.create = e.func("bpf_lsm_socket_create", ids.create_proto, linkage::static_);
  const type_id file_pointer = e.pointer(ids.file);
  const new_param stream[] = {{"file", file_pointer}, {"value", ids.big}, {"last", ids.u32}};
  ids.stream_proto = e.func_proto(ids.int_, stream);
  ids.stream = e.func("bpf_lsm_stream", ids.stream_proto, linkage::static_);
  const type_id init_proto = e.func_proto(ids.int_, {});
  ids.init = e.func("bpf_lsm_init", init_proto, linkage::static_);

  const type_id to_create = e.pointer(ids.create_proto);
  const type_id to_stream = e.pointer(ids.stream_proto);
  const new_member options[] = {{"socket_create", to_create, 0}, {"stream", to_stream, 0}, {"lsm_func_addr", void_pointer, 0}};
  e.union_("security_list_options", 8, options);
  return e;
}

inline std::vector<std::byte> sample_bytes() {
  sample_ids ids;
  return sample(ids).finish();
}

/// A source that is read piece by piece, at most `most` bytes at a time, as from sysfs.
class streamed {
 public:
  explicit streamed(bytes whole, std::size_t window = btf::source::least_window, std::size_t most = 4096)
      : whole_(whole), most_(most), window_(window) {}

  btf::source source() { return btf::source::reading(read, this, whole_.size(), window_); }
  std::size_t reads() const { return reads_; }
  void fail_with(int number) { failure_ = number; }

 private:
  static long read(void* from, std::uint64_t offset, void* to, std::size_t length) {
    auto* self = static_cast<streamed*>(from);
    ++self->reads_;
    if (self->failure_ != 0) return -self->failure_;
    if (offset >= self->whole_.size()) return 0;
    const std::size_t left = self->whole_.size() - static_cast<std::size_t>(offset);
    const std::size_t most = length < self->most_ ? length : self->most_;
    const std::size_t given = left < most ? left : most;
    std::memcpy(to, self->whole_.data() + offset, given);
    return static_cast<long>(given);
  }

  bytes whole_;
  std::size_t most_;
  std::vector<std::byte> window_;
  std::size_t reads_ = 0;
  int failure_ = 0;
};

}  // namespace lsmith::tests
