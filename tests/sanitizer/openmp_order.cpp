// Tells ThreadSanitizer of the order that OpenMP makes: what came before a parallel section happened before it, and the section
// before what comes after. GCC's libgomp is not compiled with the sanitizer and waits on futexes of its own.
//
// These functions take the place of the library's own, in every program that links this file, and call them in turn.

#include <dlfcn.h>

extern "C" {

void __tsan_acquire(void* address);
void __tsan_release(void* address);

using section_function = void (*)(void*);

struct section {
  section_function body;
  void* data;
};

static void run_section(void* memory) {
  auto* const one = static_cast<section*>(memory);
  __tsan_acquire(one);
  one->body(one->data);
  __tsan_release(one);
}

void GOMP_parallel(section_function body, void* data, unsigned threads, unsigned flags) {
  static auto* const original =
    reinterpret_cast<void (*)(section_function, void*, unsigned, unsigned)>(dlsym(RTLD_NEXT, "GOMP_parallel"));
  section one{body, data};
  __tsan_release(&one);
  original(run_section, &one, threads, flags);
  __tsan_acquire(&one);
}

void GOMP_barrier() {
  static auto* const original = reinterpret_cast<void (*)()>(dlsym(RTLD_NEXT, "GOMP_barrier"));
  static char all_teams;
  __tsan_release(&all_teams);
  original();
  __tsan_acquire(&all_teams);
}

} // extern "C"
