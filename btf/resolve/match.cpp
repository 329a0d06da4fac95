// Both types are followed in parallel, record by record. Typedefs, qualifiers and type tags are skipped on both sides.
#include <lsmith/btf/resolve/match.hpp>

#include <lsmith/btf/search/targets.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf::detail {
namespace {

bool same_kind(const record& a, const record& b) {
  return a.what() == b.what() || (contains(enums, a.what()) && contains(enums, b.what()));
}

bool is_forward(const record& head) { return head.what() == kind::fwd; }

// For a struct, a union, or a forward declaration of either.
bool is_union(const record& head) { return is_forward(head) ? head.flag() : head.what() == kind::union_; }

// Behind a pointer, a forward declaration matches the struct or union.
bool match_behind_pointer(const record& own, const record& kernel) {
  const bool both_composite = contains(composites | kinds(kind::fwd), kernel.what());
  return both_composite && is_union(own) == is_union(kernel);
}

}  // namespace

bool matcher::too_deep(type_id own) { return own_.damaged(cause::btf_loop, own_.parts().types, number(own)); }

bool matcher::strip(const pair& of, both& found) {
  return kernel_.spend(1) && own_.strip(of.own, found.own) && kernel_.strip(of.kernel, found.kernel);
}

bool matcher::named_alike(std::uint32_t own, std::uint32_t kernel) {
  return kernel_.name_like(kernel, without_flavour(own_.text(own)));
}

template <class Entry>
bool matcher::entries(const both& of, std::uint32_t index, Entry& own, Entry& kernel) {
  const std::byte* mine = nullptr;
  const std::byte* theirs = nullptr;
  if (!kernel_.spend(1) || !own_.entry(of.own, index, sizeof own, mine) ||
      !kernel_.entry(of.kernel, index, sizeof kernel, theirs))
    return false;
  own = read_as<Entry>(mine);
  kernel = read_as<Entry>(theirs);
  return true;
}

// -------------------------------------------------------------------------------------------------------- the match --

bool matcher::match(pair of, unsigned depth, bool& fits) {
  fits = false;
  for (; depth <= deepest_nesting; ++depth) {
    both found;
    if (!strip(of, found)) return false;
    const record& own = found.own.head;
    const record& kernel = found.kernel.head;
    if (!named_alike(own.name, kernel.name)) return true;
    const bool composite = contains(composites | kinds(kind::fwd), own.what());
    if (composite && of.behind_pointer) return fits = match_behind_pointer(own, kernel), true;
    if (!same_kind(own, kernel)) return true;
    switch (own.what()) {
      case kind::unknown: return fits = true, true;
      case kind::fwd: return fits = own.flag() == kernel.flag(), true;
      case kind::enum_:
      case kind::enum64: return match_enums(found, fits);
      case kind::struct_:
      case kind::union_: return match_composites(found, depth, fits);
      case kind::int_: return match_integers(found, fits);
      case kind::ptr: of = {own.type(), kernel.type(), true}; continue;
      case kind::array: {
        raw_array mine, theirs;
        if (!entries(found, 0, mine, theirs)) return false;
        if (mine.count != theirs.count) return true;
        of = {static_cast<type_id>(mine.element), static_cast<type_id>(theirs.element), of.behind_pointer};
        continue;
      }
      case kind::func_proto: {
        bool params = false;
        if (!match_params(found, of.behind_pointer, depth, params)) return false;
        if (!params) return true;
        of = {own.type(), kernel.type(), of.behind_pointer};
        continue;
      }
      default: return true;
    }
  }
  return too_deep(of.own);
}

bool matcher::match_composites(const both& of, unsigned depth, bool& fits) {
  if (of.own.head.vlen() > of.kernel.head.vlen()) return true;
  for (std::uint32_t i = 0; i < of.own.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    bool found = false;
    if (!own_.entry(of.own, i, sizeof(raw_member), at) || !match_member(of, read_as<raw_member>(at), depth, found)) return false;
    if (!found) return true;
  }
  return fits = true, true;
}

bool matcher::match_member(const both& of, const raw_member& own, unsigned depth, bool& fits) {
  for (std::uint32_t i = 0; i < of.kernel.head.vlen() && !fits; ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(of.kernel, i, sizeof(raw_member), at)) return false;
    const auto kernel = read_as<raw_member>(at);
    if (!named_alike(own.name, kernel.name)) continue;
    if (!match({static_cast<type_id>(own.type), static_cast<type_id>(kernel.type), false}, depth + 1, fits)) return false;
  }
  return true;
}

// Compares names only: values may differ between kernels, and enumval_value relocations handle that.
bool matcher::match_enums(const both& of, bool& fits) {
  const auto bytes_each = [](const seen& one) -> std::uint32_t {
    return one.head.what() == kind::enum64 ? sizeof(raw_enumerator64) : sizeof(raw_enumerator);
  };
  if (of.own.head.size_or_type != of.kernel.head.size_or_type || of.own.head.vlen() > of.kernel.head.vlen()) return true;
  for (std::uint32_t i = 0; i < of.own.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!own_.entry(of.own, i, bytes_each(of.own), at)) return false;
    const auto own = read_as<std::uint32_t>(at);
    bool found = false;
    for (std::uint32_t j = 0; j < of.kernel.head.vlen() && !found; ++j) {
      if (!kernel_.spend(1) || !kernel_.entry(of.kernel, j, bytes_each(of.kernel), at)) return false;
      found = named_alike(own, read_as<std::uint32_t>(at));
    }
    if (!found) return true;
  }
  return fits = true, true;
}

bool matcher::match_integers(const both& of, bool& fits) {
  raw_int own, kernel;
  if (!entries(of, 0, own, kernel)) return false;
  fits = of.own.head.size_or_type == of.kernel.head.size_or_type && own.is_signed() == kernel.is_signed();
  return true;
}

bool matcher::match_params(const both& of, bool behind_pointer, unsigned depth, bool& fits) {
  if (of.own.head.vlen() != of.kernel.head.vlen()) return true;
  for (std::uint32_t i = 0; i < of.own.head.vlen(); ++i) {
    raw_param own, kernel;
    bool same = false;
    if (!entries(of, i, own, kernel)) return false;
    if (!match({static_cast<type_id>(own.type), static_cast<type_id>(kernel.type), behind_pointer}, depth + 1, same))
      return false;
    if (!same) return true;
  }
  return fits = true, true;
}

// ---------------------------------------------------------------------------------------------------- compatibility --

bool matcher::compatible(type_id own, type_id kernel, bool& fits) { return compatible_at(own, kernel, 0, fits); }

bool matcher::compatible_at(type_id own, type_id kernel, unsigned depth, bool& fits) {
  fits = false;
  for (; depth <= deepest_nesting; ++depth) {
    both found;
    if (!strip({own, kernel, false}, found)) return false;
    if (!same_kind(found.own.head, found.kernel.head)) return true;
    switch (found.own.head.what()) {
      case kind::unknown:
      case kind::struct_:
      case kind::union_:
      case kind::enum_:
      case kind::enum64:
      case kind::fwd:
      case kind::int_: return fits = true, true;
      case kind::ptr:
        own = found.own.head.type();
        kernel = found.kernel.head.type();
        continue;
      case kind::array: {
        raw_array mine, theirs;
        if (!entries(found, 0, mine, theirs)) return false;
        own = static_cast<type_id>(mine.element);
        kernel = static_cast<type_id>(theirs.element);
        continue;
      }
      case kind::func_proto: {
        bool params = false;
        if (!compatible_params(found, depth, params)) return false;
        if (!params) return true;
        own = found.own.head.type();
        kernel = found.kernel.head.type();
        continue;
      }
      default: return true;
    }
  }
  return too_deep(own);
}

bool matcher::compatible_params(const both& of, unsigned depth, bool& fits) {
  if (of.own.head.vlen() != of.kernel.head.vlen()) return true;
  for (std::uint32_t i = 0; i < of.own.head.vlen(); ++i) {
    raw_param own, kernel;
    bool same = false;
    if (!entries(of, i, own, kernel)) return false;
    if (!compatible_at(static_cast<type_id>(own.type), static_cast<type_id>(kernel.type), depth + 1, same)) return false;
    if (!same) return true;
  }
  return fits = true, true;
}

bool matcher::compatible_member(type_id own, type_id kernel, bool& fits) {
  fits = false;
  for (unsigned depth = 0; depth <= deepest_nesting; ++depth) {
    both found;
    if (!strip({own, kernel, false}, found)) return false;
    const record& mine = found.own.head;
    const record& theirs = found.kernel.head;
    if (contains(composites, mine.what()) && contains(composites, theirs.what())) return fits = true, true;
    if (!same_kind(mine, theirs)) return true;
    if (contains(enums | kinds(kind::fwd), mine.what())) {
      fits = mine.name == 0 || theirs.name == 0 || named_alike(mine.name, theirs.name);
      return true;
    }
    if (mine.what() != kind::array) return fits = contains(kinds(kind::ptr, kind::float_, kind::int_), mine.what()), true;
    raw_array one, other;
    if (!entries(found, 0, one, other)) return false;
    own = static_cast<type_id>(one.element);
    kernel = static_cast<type_id>(other.element);
  }
  return too_deep(own);
}

}  // namespace lsmith::btf::detail
