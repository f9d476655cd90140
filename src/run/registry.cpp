#include "run/registry.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "base/config.hpp"
#include "base/error.hpp"

namespace sluice::run {

namespace {

template <class Entry>
const Entry& find(const std::vector<Entry>& entries, const std::string& name, const std::string& kind) {
  std::vector<std::string> names;
  std::string list;
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
    list += (list.empty() ? "" : ", ") + entry.name;
  }
  const std::string near = base::nearest_name(name, names);
  throw base::InputError("unknown " + kind + " '" + name + "'" +
                         (near.empty() ? "" : "; did you mean '" + near + "'?") + "; known: " + list);
}

template <class Function>
Function symbol(void* library, const char* name, const std::filesystem::path& file) {
  void* address = dlsym(library, name);
  if (address == nullptr)
    throw base::InputError(file.string() + ": is no plug-in of Sluice: it has no function '" + name + "'");
  return reinterpret_cast<Function>(address);
}

}  // namespace

const SolverEntry& Registry::solver(const std::string& name) const { return find(solvers, name, "solver"); }
const HookEntry& Registry::hook(const std::string& name) const { return find(hooks, name, "hook"); }

void Registry::load_plugin(const std::filesystem::path& library) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(library, code))
    throw base::InputError("plug-in " + library.string() + ": no such file");
  const std::filesystem::path file = std::filesystem::canonical(library, code);
  if (std::ranges::find(plugins, file) != plugins.end()) return;
  // Never closed: the program keeps pointers into it until the end. A path with a slash is not searched for.
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw base::InputError("plug-in " + library.string() + ": cannot be opened: " + dlerror());
  const int version = symbol<int (*)()>(handle, "sluice_interface_version", library)();
  if (version != solver_interface_version)
    throw base::InputError("plug-in " + library.string() + ": was built for interface version " +
                           std::to_string(version) + ", this program has " +
                           std::to_string(solver_interface_version) + "; build it again");
  int count = 0;
  const SolverEntry* entries =
      symbol<const SolverEntry* (*)(int*)>(handle, "sluice_solvers", library)(&count);
  for (int i = 0; i < count; ++i) {
    if (std::ranges::any_of(solvers, [&](const SolverEntry& known) { return known.name == entries[i].name; }))
      throw base::InputError("plug-in " + library.string() + ": there is already a solver '" +
                             entries[i].name + "'");
    solvers.push_back(entries[i]);
  }
  plugins.push_back(file);
}

}  // namespace sluice::run
