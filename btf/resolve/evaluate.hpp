// Computes the value of a relocation from a type whose name has been found: from the type's tail, and from the types that the
// tail refers to.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/relocation/path.hpp>
#include <lsmith/btf/relocation/relocation.hpp>
#include <lsmith/btf/resolve/records.hpp>

namespace lsmith::btf::detail {

/// Resolves single relocations in one type. A function that returns false found damage: see records::trouble().
class evaluator {
 public:
  /// `own` are the types of the program; null when it has none.
  evaluator(records& kernel, records* own) : kernel_(kernel), own_(own) {}

  /// Tries to resolve the relocation in this type, which has the requested name. Sets `value` and `failed` = none on success;
  /// else `failed` and `missing` say what is missing.
  bool evaluate(relocation& relo, const seen& found);

 private:
  // The part of a member path that was followed so far.
  struct field {
    type_id type = type_id::none;
    std::uint64_t bits = 0;
    std::uint32_t bitfield = 0;
    bool known = false;
  };

  bool evaluate_function(relocation& relo, const seen& func);
  bool evaluate_slot(relocation& relo, const seen& proto);
  bool evaluate_type(relocation& relo, const seen& found);
  bool evaluate_enumerator(relocation& relo, const seen& named);
  bool evaluate_field(relocation& relo, const seen& found);

  bool take_step(const path_step& step, relocation& relo, field& now);
  bool find_member(const seen& in, std::string_view name, unsigned depth, field& found);
  bool find_own_member(const seen& in, std::string_view name, field& found, bool& any_anonymous);
  bool count_values(std::uint32_t index, field& now);
  bool index_into(const seen& in, std::uint32_t index, field& now);
  bool measure(relocation& relo, const field& found);
  bool measure_sign(relocation& relo, const seen& type);

  // Whether the type is compatible with relocation::like; true when that is none.
  bool type_fits(const relocation& relo, type_id found, bool& fits);
  bool member_fits(const relocation& relo, type_id found, bool& fits);

  records& kernel_;
  records* own_;
};

}  // namespace lsmith::btf::detail
