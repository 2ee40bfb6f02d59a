#include "engine/store/high_water.h"

#include <fstream>

namespace riposte {

Result<std::uint64_t> HighWater::read() const {
  if (!std::filesystem::exists(file_)) return 0;
  std::ifstream in(file_);
  std::uint64_t commits = 0;
  if (!(in >> commits))
    return fail(Errc::corrupt,
                file_.string() +
                    " holds no number, as after a power cut; remove it, the next commit writes a new one");
  return commits;
}

void HighWater::raise(std::uint64_t commits) {
  const auto now = std::chrono::steady_clock::now();
  if (now - written_at_ < kInterval) return;
  written_at_ = now;
  write(commits);
}

void HighWater::write(std::uint64_t commits) {
  const std::filesystem::path fresh = file_.string() + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << commits << '\n';
    if (!out.flush()) return;
  }
  std::error_code ignored;
  std::filesystem::rename(fresh, file_, ignored);
}

}  // namespace riposte
