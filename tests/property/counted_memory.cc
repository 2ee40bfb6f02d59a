#include "tests/property/counted_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// There before anything is constructed: the first call may come that early.
constinit std::atomic<std::size_t> calls{0};

void* counted(std::size_t size) {
  ++calls;
  return std::malloc(size == 0 ? 1 : size);
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++calls;
  const auto step = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(step, (size + step) / step * step);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

std::size_t riposte::allocations() { return calls; }

// Not inlined: the compiler would take the free() below for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) { return or_throw(counted(size)); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return or_throw(counted(size)); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t at) {
  return or_throw(counted(size, at));
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t at) {
  return or_throw(counted(size, at));
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
