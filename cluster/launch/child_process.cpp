#include "cluster/launch/child_process.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paceline {

namespace {

[[noreturn]] void throw_error(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

/// A descriptor that is closed at the end of its block.
class scoped_descriptor {
 public:
  explicit scoped_descriptor(int descriptor) : descriptor_(descriptor) {}
  ~scoped_descriptor() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  scoped_descriptor(const scoped_descriptor&) = delete;
  scoped_descriptor& operator=(const scoped_descriptor&) = delete;

  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

struct pipe_ends {
  int read_end;
  int write_end;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw_error(errno, "no pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {ends[0], ends[1]};
}

/// A file in memory: unlike a pipe it holds any input without somebody to read it at once.
int input_file(const std::string& input) {
  scoped_descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0)
    throw_error(errno, "no memory file");
  for (std::size_t done = 0; done < input.size();) {
    const auto written = ::write(file.get(), input.data() + done, input.size() - done);
    if (written < 0)
      throw_error(errno, "no memory file");
    done += static_cast<std::size_t>(written);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file.release();
}

/// This process's environment with some variables set.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!variables.contains(std::string(text.substr(0, text.find('=')))))
      result.emplace_back(text);
  }
  for (const auto& [name, value] : variables)
    result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// posix_spawn's settings: a new process group, no signal blocked or ignored, three descriptors.
/// Not a new session: Linux gives each session the same share of a core (sched_autogroup), and of several with busy threads on it
/// some then wait for seconds. In one session their threads are served in turn.
class spawn_settings {
 public:
  spawn_settings(int in, int out, int err) {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_init(&actions_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
  }
  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;

  const posix_spawnattr_t* attributes() const { return &attributes_; }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

/// Hands on what can be read; closes the descriptor where the other end is closed.
void read_available(int& descriptor, const child_process::byte_handler& handle) {
  std::array<char, 16384> buffer;
  while (descriptor >= 0) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      handle({buffer.data(), static_cast<std::size_t>(count)});
      continue;
    }
    if (count < 0 && errno == EINTR)
      continue;
    if (count == 0 || errno != EAGAIN) {
      ::close(descriptor);
      descriptor = -1;
    }
    return;
  }
}

} // namespace

child_process::child_process(const child_command& command) {
  const scoped_descriptor in(input_file(command.input));
  const auto out = make_pipe();
  scoped_descriptor out_read(out.read_end);
  const scoped_descriptor out_write(out.write_end);
  const auto err = make_pipe();
  scoped_descriptor err_read(err.read_end);
  const scoped_descriptor err_write(err.write_end);
  const spawn_settings settings(in.get(), out_write.get(), err_write.get());
  auto arguments = command.arguments;
  auto environment = environment_with(command.environment);
  if (const int error = ::posix_spawnp(&id_, arguments.front().c_str(), settings.actions(), settings.attributes(),
                                       pointers_to(arguments).data(), pointers_to(environment).data());
      error != 0)
    throw_error(error, command.arguments.front() + ": cannot be started");
  out_ = out_read.release();
  err_ = err_read.release();
}

child_process::~child_process() {
  for (const int descriptor : {out_, err_})
    if (descriptor >= 0)
      ::close(descriptor);
}

void child_process::read(const byte_handler& on_out, const byte_handler& on_err) {
  read_available(out_, on_out);
  read_available(err_, on_err);
}

std::optional<child_end> child_process::poll_end() {
  int status = 0;
  if (end_ || ::waitpid(id_, &status, WNOHANG) != id_)
    return end_;
  if (WIFSIGNALED(status))
    end_ = {.code = 128 + WTERMSIG(status), .by_signal = true};
  else
    end_ = {.code = WEXITSTATUS(status)};
  return end_;
}

void child_process::signal(int number) {
  if (!poll_end())
    ::kill(-id_, number);
}

child_output run_to_end(const child_command& command, file_descriptor* out_file) {
  child_process child(command);
  child_output output;
  const auto on_out = [&](std::string_view bytes) {
    if (out_file != nullptr)
      out_file->write(bytes);
    else
      output.out += bytes;
  };
  const auto on_err = [&](std::string_view bytes) { output.err += bytes; };
  while (!child.poll_end()) {
    constexpr int look_every_ms = 20;
    std::array<pollfd, 2> waiting{pollfd{child.out(), POLLIN, 0}, pollfd{child.err(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), look_every_ms);
    child.read(on_out, on_err);
  }
  child.read(on_out, on_err);
  output.end = *child.poll_end();
  return output;
}

} // namespace paceline
