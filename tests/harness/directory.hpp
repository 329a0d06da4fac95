// A directory for what a test writes, gone at its end.
#pragma once

#include <doctest/doctest.h>

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace lsmith::tests {

struct temporary_directory {
  std::string path = "/tmp/lsmith-XXXXXX";  // mkdtemp puts letters there

  temporary_directory() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~temporary_directory() {
    std::error_code none;
    std::filesystem::remove_all(path, none);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  std::string operator/(const char* name) const { return path + '/' + name; }

  /// Makes `tree` what compilers find under <lsmith/…> when the directory is searched for headers.
  void offer_headers(const std::filesystem::path& tree) const {
    std::filesystem::create_directory_symlink(std::filesystem::absolute(tree), path + "/lsmith");
  }
};

}  // namespace lsmith::tests
