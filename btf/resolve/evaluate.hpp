// A record that bears the wanted name is found; what a question wants of it stands in its tail, or in the types that the
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

/// Answers single questions about one type. Functions that return false met damage: the records know which.
class evaluator {
 public:
  /// `own` are the types of the program that asks; null when it brought none.
  evaluator(records& kernel, records* own) : kernel_(kernel), own_(own) {}

  /// Puts the question to the type, which bears the name that was asked for. The question is answered when its `failed`
  /// is none afterwards; else it says what was missing.
  bool evaluate(relocation& asked, const seen& found);

 private:
  // Where a path has led so far.
  struct field {
    type_id type = type_id::none;
    std::uint64_t bits = 0;
    std::uint32_t bitfield = 0;
    bool known = false;
  };

  bool evaluate_function(relocation& asked, const seen& func);
  bool evaluate_slot(relocation& asked, const seen& proto);
  bool evaluate_type(relocation& asked, const seen& found);
  bool evaluate_enumerator(relocation& asked, const seen& found);
  bool evaluate_field(relocation& asked, const seen& found);

  bool take_step(const path_step& step, relocation& asked, field& now);
  bool find_member(const seen& in, std::string_view name, unsigned depth, field& found);
  bool find_own_member(const seen& in, std::string_view name, field& found, bool& any_anonymous);
  bool count_values(std::uint32_t index, field& now);
  bool index_into(const seen& in, std::uint32_t index, field& now);
  bool measure(relocation& asked, const field& found);
  bool measure_sign(relocation& asked, const seen& type);

  // Whether the type is like the one that the program has in mind; true when it has none.
  bool type_fits(const relocation& asked, type_id found, bool& fits);
  bool member_fits(const relocation& asked, type_id found, bool& fits);

  records& kernel_;
  records* own_;
};

}  // namespace lsmith::btf::detail
