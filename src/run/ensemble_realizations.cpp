#include <fmt/format.h>

#include "base/log.hpp"
#include "run/ensemble_files.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

/// What a map says beside its values.
struct Form {
  std::vector<double> phi, theta;
  std::string unit, long_name, time_unit;
};

/// Values of one member's map behind the others'; AgreedError if its grid is another. Rank 0 only.
Form append(const std::string& name, std::vector<double>& data) {
  auto in = Hdf5File::open(base::Communicator::self(), name);
  const auto values = in.read_reals("Data");
  data.insert(data.end(), values.begin(), values.end());
  Form form{.phi = in.read_reals("dim1"),
            .theta = in.read_reals("dim2"),
            .unit = in.text_attribute("Data", "units").value_or("1"),
            .long_name = in.text_attribute("Data", "long_name").value_or("Data"),
            .time_unit = in.text_attribute("/", "time_unit").value_or("1")};
  in.close();
  return form;
}

void write(const std::filesystem::path& file, const MemberFiles& at,
           const std::vector<std::int64_t>& numbers) {
  std::vector<double> data, realizations;
  Form form;
  for (const std::string& name : at.files) {
    const Form own = append(name, data);
    if (!realizations.empty() && (own.phi != form.phi || own.theta != form.theta))
      throw base::AgreedError(
          fmt::format("{}: its grid is not that of {}; one grid is allowed", name, at.files.front()));
    if (realizations.empty()) form = own;
    realizations.push_back(static_cast<double>(numbers[realizations.size()] + 1));
  }
  const std::filesystem::path temporary = file.string() + ".new";
  auto out = Hdf5File::create(base::Communicator::self(), temporary);
  out.write_reals("dim1", form.phi);
  out.write_reals("dim2", form.theta);
  out.write_reals("dim3", realizations);
  out.write_reals("Data", data, {realizations.size(), form.theta.size(), form.phi.size()});
  out.write_attribute("Data", "units", form.unit);
  out.write_attribute("Data", "long_name", form.long_name);
  out.write_attribute("/", "time", at.time);
  out.write_attribute("/", "time_unit", form.time_unit);
  for (const auto& [name, unit, text, dimension] : {std::tuple{"dim1", "rad", "longitude", 2U},
                                                    {"dim2", "rad", "colatitude", 1U},
                                                    {"dim3", "1", "realization", 0U}}) {
    out.write_attribute(name, "units", std::string(unit));
    out.write_attribute(name, "long_name", std::string(text));
    out.make_scale(name, name);
    out.attach_scale("Data", name, dimension);
  }
  out.close();
  std::filesystem::rename(temporary, file);
}

}  // namespace

std::int64_t write_realizations(const base::Communicator& communicator, const std::filesystem::path& folder,
                                const std::vector<std::filesystem::path>& members,
                                const std::vector<std::int64_t>& numbers, const std::string& series) {
  if (series.empty() || members.empty()) return 0;
  const auto common = files_at_common_times(communicator, members, series, "map_");
  if (common.empty())
    base::log::warn(
        "ensemble.realizations: the members' {} have no HDF5 map of a common time (exact: true makes them)",
        series);
  const std::filesystem::path target = folder / (series + "_realizations");
  std::int64_t number = 0;
  for (const MemberFiles& at : common) {
    const auto file = target / fmt::format("realizations_{:04d}.h5", number++);
    output_on_root(communicator, [&] {
      std::filesystem::create_directories(target);
      write(file, at, numbers);
    });
  }
  return number;
}

}  // namespace sluice::run
