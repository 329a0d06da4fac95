#include <doctest/doctest.h>

#include <string>

#include <lsmith/btf/encode/sanitize.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/tests/btf/encode/all_kinds.hpp>

namespace lsmith::btf {
namespace {

/// The text of one type, sanitized for a kernel with the features `known`.
std::string sanitized_text(feature_set known, std::uint32_t id) {
  const auto made = sanitize_for(known, tests::all_kinds());
  REQUIRE(made);
  const std::string all = raw_text(types::own(*made).value());
  const std::size_t start = all.find("[" + std::to_string(id) + "] ");
  if (start == std::string::npos) return "";
  return all.substr(start, all.find("\n[", start) - start);
}

constexpr feature_set all_but(feature one) { return static_cast<feature_set>(all_features & ~features(one)); }

TEST_CASE("sanitize: a kind that the kernel does not support is replaced by one of the same size") {
  struct row {
    feature missing;
    std::uint32_t id;
    const char* instead;
  };
  const row rows[] = {
      {feature::functions, 17, "[17] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=2\n\t'first' val=1\n\t'second' val=10"},
      {feature::functions, 18, "[18] TYPEDEF 'everywhere' type_id=17"},
      {feature::sections, 20, "[20] INT 'state' size=1 bits_offset=0 nr_bits=8 encoding=(none)"},
      {feature::sections, 21, "[21] STRUCT '(anon)' size=4 vlen=1\n\t'state' type_id=20 bits_offset=0\n"},
      {feature::linkage, 18, "[18] FUNC 'everywhere' type_id=17 linkage=static"},
      {feature::floats, 2, "[2] STRUCT '(anon)' size=8 vlen=0"},
      {feature::decl_tags, 16, "[16] INT 'pinned' size=1 bits_offset=0 nr_bits=8 encoding=(none)"},
      {feature::type_tags, 9, "[9] CONST '(anon)' type_id=8"},
      {feature::enum64, 11,
       "[11] UNION 'wide' size=8 vlen=2\n\t'WIDE' type_id=22 bits_offset=0\n\t'SMALL' type_id=22 bits_offset=0"},
      {feature::enum64, 12, "[12] ENUM 'mode' encoding=UNSIGNED size=4 vlen=2\n\t'ON' val=1\n\t'OFF' val=4294967295"},
      {feature::enum64, 22, "[22] INT '(anon)' size=1 bits_offset=0 nr_bits=8 encoding=(none)\n"},
  };
  for (const row& each : rows) {
    CAPTURE(each.id);
    CHECK(sanitized_text(all_but(each.missing), each.id) == each.instead);
  }
}

TEST_CASE("sanitize: with all features nothing changes, and without any every type keeps its id") {
  CHECK(*sanitize_for(all_features, tests::all_kinds()) == tests::all_kinds());
  const types plain = types::own(*sanitize_for(0, tests::all_kinds())).value();
  CHECK(plain.count() == 22);
  constexpr kind_set first_kinds = kinds(kind::int_, kind::ptr, kind::array, kind::struct_, kind::union_, kind::enum_, kind::fwd,
                                         kind::typedef_, kind::volatile_, kind::const_, kind::restrict_);
  for (const type one : plain) CHECK(one.is(first_kinds));
  CHECK(plain.find("all", kind::struct_)->members()[2].bit_offset == 192);
}

TEST_CASE("sanitize: damaged types are an error") {
  std::vector<std::byte> whole = tests::all_kinds();
  whole.resize(whole.size() / 2);
  const auto made = sanitize_for(0, whole);
  REQUIRE_FALSE(made);
  CHECK(made.error().why == cause::btf_header);
}

}  // namespace
}  // namespace lsmith::btf
