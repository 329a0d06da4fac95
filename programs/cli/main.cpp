#include <iostream>

#include <lsmith/programs/cli/shared/verb.hpp>

int main(int count, char** given) {
  using namespace lsmith::cli;
  return run_command({given + (count > 0), given + count}, {std::cout, std::cerr, process_of::verb});
}
