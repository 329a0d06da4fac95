// A directory for the files that a test writes.
#pragma once

#include <doctest/doctest.h>

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace lsmith::tests {

/// Creates an empty directory, and deletes it with everything in it when it goes out of scope.
struct temporary_directory {
  std::string path = "/tmp/lsmith-XXXXXX";  // mkdtemp replaces the X

  temporary_directory() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~temporary_directory() {
    std::error_code none;
    std::filesystem::remove_all(path, none);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  std::string operator/(const char* name) const { return path + '/' + name; }

  /// Makes `tree` available as <lsmith/…> to a compiler that gets this directory with -I.
  void offer_headers(const std::filesystem::path& tree) const {
    std::filesystem::create_directory_symlink(std::filesystem::absolute(tree), path + "/lsmith");
  }
};

}  // namespace lsmith::tests
