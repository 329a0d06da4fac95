#include <lsmith/tests/harness/policy/attempt.hpp>

#include <doctest/doctest.h>

#include <cerrno>

namespace lsmith::tests {

void check_attempts(const bound_group& bound, const std::vector<attempt>& all) {
  for (const attempt& one : all) {
    CAPTURE(std::string(one.what));

    const int free = in_child(one.body);
    const int inside = bound.inside(one.body);
    const std::string decided = bound.decided();
    CAPTURE(inside);
    CAPTURE(free);
    if (one.rule == nullptr) {
      CHECK(inside == free);
      CHECK(decided.empty());
      continue;
    }
    CHECK((inside == EPERM || inside == EACCES));
    CHECK((free != EPERM && free != EACCES && free < 128));
    CHECK(decided == one.rule);
  }
}

}  // namespace lsmith::tests
