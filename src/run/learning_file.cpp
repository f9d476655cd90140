#include "run/learning_file.hpp"

#include <cstdlib>
#include <fstream>

#include "run/folder.hpp"
#include "run/hook.hpp"

namespace sluice::run {

void add_learning_line(const base::Communicator& world, const std::filesystem::path& folder,
                       const std::string& headline, const std::string& line) {
  output_on_root(world, [&] {
    const auto file = folder / "learning.csv";
    const double time = std::strtod(line.c_str(), nullptr);
    std::string text;
    std::ifstream old(file);
    for (std::string one; std::getline(old, one);)
      if (text.empty() || std::strtod(one.c_str(), nullptr) < time) text += one + "\n";
    if (text.empty()) text = headline + "\n";
    write_file_atomically(file, text + line + "\n");
  });
}

}  // namespace sluice::run
