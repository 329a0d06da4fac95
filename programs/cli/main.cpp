#include <fcntl.h>
#include <unistd.h>

#include <iostream>

#include <lsmith/programs/cli/shared/verb.hpp>

namespace {

/// A stream that the caller has closed is /dev/null. Otherwise its number would become that of a map or link, and what is printed
/// would be written there.
void open_missing_streams() {
  int opened = 0;
  while (opened >= 0 && opened <= 2) opened = open("/dev/null", O_RDWR);
  if (opened > 2) close(opened);
}

}  // namespace

int main(int count, char** given) {
  using namespace lsmith::cli;
  open_missing_streams();
  return run_command({given + (count > 0), given + count}, {std::cout, std::cerr, process_of::verb});
}
