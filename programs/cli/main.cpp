#include <iostream>

#include <lsmith/programs/cli/verb.hpp>

int main(int count, char** given) {
  return lsmith::cli::run_command({given + (count > 0), given + count}, {std::cout, std::cerr});
}
