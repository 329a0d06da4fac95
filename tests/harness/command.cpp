#include <lsmith/tests/harness/command.hpp>

#include <sstream>

#include <lsmith/programs/cli/verb.hpp>

namespace lsmith::tests {

outcome lsmith_says(const std::vector<std::string>& words) {
  std::ostringstream out, err;
  const int status = cli::run_command(words, {out, err});
  return {status, out.str(), err.str()};
}

}  // namespace lsmith::tests
