// Loading BTF on every kernel: features that the kernel lacks are replaced, and everything else stays.
#include <doctest/doctest.h>

#include <cstdio>

#include <sys/utsname.h>
#include <unistd.h>

#include <lsmith/loader/load/load_btf.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/btf/encode/all_kinds.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::loader {
namespace {

bool is_at_least(unsigned major, unsigned minor) {
  utsname name = {};
  unsigned its_major = 0, its_minor = 0;
  REQUIRE(::uname(&name) == 0);
  REQUIRE(std::sscanf(name.release, "%u.%u", &its_major, &its_minor) == 2);
  return its_major > major || (its_major == major && its_minor >= minor);
}

TEST_CASE("load BTF: the kernel has the features of its version") {
  if (::geteuid() != 0) SKIP("loading types needs root");
  const btf::feature_set known = known_features();
  for (const btf::feature_row& row : btf::feature_rows) {
    CAPTURE(row.name);
    CHECK(((known & btf::features(row.what)) != 0) == is_at_least(row.major, row.minor));
  }
}

TEST_CASE("load BTF: BTF with all nineteen kinds loads, sanitized for the kernel") {
  if (::geteuid() != 0) SKIP("loading types needs root");
  const std::vector<std::byte> whole = tests::all_kinds();
  CHECK(load_btf(whole).has_value() == is_at_least(6, 0));
  const result<fd> loaded = load_types(whole);
  REQUIRE(loaded);
  const auto about = describe_btf(*loaded);
  REQUIRE(about);
  CHECK(about->btf_size >= whole.size() - 8);
}

TEST_CASE("load BTF: the kernel accepts every combination of replacements") {
  if (::geteuid() != 0) SKIP("loading types needs root");
  const btf::feature_set known = known_features();
  for (unsigned without = 0; without <= btf::all_features; ++without) {
    CAPTURE(without);
    const auto plainer = btf::sanitize_for(static_cast<btf::feature_set>(known & ~without), tests::all_kinds());
    REQUIRE(plainer);
    char log[4096] = {};
    const auto loaded = load_btf(*plainer, log);
    CHECK_MESSAGE(loaded.has_value(), log);
  }
}

TEST_CASE("load BTF: invalid BTF stays rejected") {
  if (::geteuid() != 0) SKIP("loading types needs root");
  btf::encoder e;
  e.pointer(static_cast<btf::type_id>(99));
  const result<fd> loaded = load_types(e.finish());
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().system_error == 22);
}

}  // namespace
}  // namespace lsmith::loader
