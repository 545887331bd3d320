#pragma once

#include "cluster/launch/child_process.hpp"
#include "tests/temporary_folder.hpp"

#include <memory>
#include <string>
#include <vector>

namespace paceline::testing {

/// A real ssh server on a free port of 127.0.0.1 for this user, with keys of its own, and the client's settings to reach it.
class ssh_server {
 public:
  /// Why there can be no server on this machine; empty where there can.
  static std::string missing();

  /// Requires that nothing is missing.
  ssh_server();
  ~ssh_server();

  ssh_server(const ssh_server&) = delete;
  ssh_server& operator=(const ssh_server&) = delete;

  /// The client with its settings: what stands before ssh's own options.
  std::vector<std::string> client() const { return {"ssh", "-F", (folder_ / "client").string()}; }

  /// From now on nobody is admitted.
  void admit_nobody();

 private:
  temporary_folder folder_;
  std::unique_ptr<child_process> server_;
};

} // namespace paceline::testing
