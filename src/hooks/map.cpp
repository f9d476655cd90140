// Full-sphere maps for other programs: HDF5 (Data, dim1, dim2) or FITS in Carrington coordinates.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numbers>
#include <optional>

#include "base/units.hpp"
#include "hooks/hooks.hpp"
#include "numerics/sphere_remap.hpp"
#include "run/fits.hpp"
#include "run/folder.hpp"
#include "run/hdf5.hpp"

namespace sluice::hooks {

namespace {

constexpr double pi = std::numbers::pi;

struct MapParameters {
  std::string field, format = "hdf5", projection = "car", epoch, name = "maps";
  std::int64_t columns = 360, rows = 180;
  bool single = false;
};

/// "2022-01-03T00:00:00" as seconds since 1970; empty if it is no date.
std::optional<std::time_t> parse_date(const std::string& text) {
  std::tm date{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &date);
  if (end == nullptr || *end != '\0') return {};
  return timegm(&date);
}

std::string date_text(std::time_t seconds) {
  std::tm date{};
  gmtime_r(&seconds, &date);
  return fmt::format("{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}", date.tm_year + 1900, date.tm_mon + 1,
                     date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec);
}

/// The whole field [row][column] on every rank. Collective.
std::vector<double> whole(const grid::FieldView& field) {
  const grid::Layout& layout = *field.layout;
  std::vector<double> values(static_cast<std::size_t>(layout.global_size()), 0.0);
  const grid::View<const double> view(field.data, layout);
  for (grid::Index i = 0; i < layout.count()[0]; ++i)
    for (grid::Index j = 0; j < layout.count()[1]; ++j)
      values[static_cast<std::size_t>((layout.offset()[0] + i) * layout.global()[1] + layout.offset()[1] +
                                      j)] = view(i, j);
  layout.communicator().sum(std::span<double>(values));
  return values;
}

class MapHook : public run::Observer {
 public:
  MapHook(const MapParameters& parameters, const run::HookContext& context, grid::FieldInfo info)
      : parameters_(parameters),
        communicator_(context.communicator),
        folder_(context.folder / parameters.name),
        grid_(context.solver->grid()),
        time_unit_(context.solver->time_unit()),
        info_(std::move(info)) {
    run::output_on_root(communicator_, [this] { std::filesystem::create_directories(folder_); });
  }

  void observe(const run::Look& look) override {
    const auto values = whole(look.outputs->get(parameters_.field));
    const bool fits = parameters_.format == "fits";
    const auto file = folder_ / file_name(look.moment.step);
    run::output_on_root(communicator_, [&] {
      if (fits)
        write_fits(file, values, look.moment.time);
      else
        write_hdf5(file, values, look.moment.time);
    });
    times_.push_back(look.moment.time);
    steps_.push_back(look.moment.step);
    write_list();
  }

  /// The list is state: a restart goes on with what had been written up to the checkpoint.
  void state(run::State& state) override {
    Observer::state(state);
    state.reals("times", times_);
    state.integers("steps", steps_);
  }

 private:
  [[nodiscard]] std::string file_name(std::int64_t step) const {
    return fmt::format("map_{:09d}.{}", step, parameters_.format == "fits" ? "fits" : "h5");
  }

  /// NAME/NAME.csv: time and file, as lists of maps are read. Collective.
  void write_list() const {
    run::output_on_root(communicator_, [this] {
      std::string text = fmt::format("time [{}],file\n", time_unit_);
      for (std::size_t i = 0; i < times_.size(); ++i)
        text += fmt::format("{},{}\n", times_[i], file_name(steps_[i]));
      run::write_file_atomically(folder_ / (parameters_.name + ".csv"), text);
    });
  }

  [[nodiscard]] const std::vector<double>& theta() const { return grid_.axes[0].points; }
  [[nodiscard]] const std::vector<double>& phi() const { return grid_.axes[1].points; }

  /// The form of HipFT and MAS: the last longitude repeats the first.
  void write_hdf5(const std::filesystem::path& file, const std::vector<double>& values, double time) const {
    const std::size_t columns = phi().size();
    std::vector<double> data, longitude = phi();
    longitude.push_back(phi().front() + 2 * pi);
    for (std::size_t j = 0; j < theta().size(); ++j) {
      data.insert(data.end(), values.begin() + static_cast<std::ptrdiff_t>(j * columns),
                  values.begin() + static_cast<std::ptrdiff_t>((j + 1) * columns));
      data.push_back(values[j * columns]);
    }
    std::filesystem::path temporary = file;
    temporary += ".new";
    auto out = run::Hdf5File::create(base::Communicator::self(), temporary);
    out.write_reals("dim1", longitude);
    out.write_reals("dim2", theta());
    out.write_reals("Data", data, {theta().size(), columns + 1});
    out.write_attribute("Data", "units", info_.unit);
    out.write_attribute("Data", "long_name", info_.long_name);
    out.write_attribute("/", "time", time);
    out.write_attribute("/", "time_unit", time_unit_);
    for (const auto& [name, text] : {std::pair{"dim1", "longitude"}, {"dim2", "colatitude"}}) {
      out.write_attribute(name, "units", std::string("rad"));
      out.write_attribute(name, "long_name", std::string(text));
      out.make_scale(name, name);
    }
    out.attach_scale("Data", "dim2", 0);
    out.attach_scale("Data", "dim1", 1);
    out.close();
    std::filesystem::rename(temporary, file);
  }

  /// Cells of equal width in latitude or in its sine, remapped conservatively. Coordinates: W. T. Thompson,
  /// Astron. Astrophys. 449 (2006) 791.
  void write_fits(const std::filesystem::path& file, const std::vector<double>& values, double time) const {
    const auto rows = static_cast<std::size_t>(parameters_.rows),
               columns = static_cast<std::size_t>(parameters_.columns);
    const bool equal_area = parameters_.projection == "cea";
    numerics::SphereCells cells;
    for (std::size_t j = 0; j <= rows; ++j) {
      const double x = static_cast<double>(j) / static_cast<double>(rows);
      cells.rows.push_back(equal_area ? 2 * x : 1 - std::cos(pi * x));
    }
    for (std::size_t k = 0; k <= columns; ++k)
      cells.columns.push_back(2 * pi * static_cast<double>(k) / static_cast<double>(columns));
    const auto mapped = numerics::remap(numerics::sphere_cells(theta(), phi()), values, cells);
    run::FitsImage image{.rows = rows, .columns = columns, .values = {}, .cards = cards(time)};
    for (std::size_t j = rows; j-- > 0;)  // FITS begins in the south
      image.values.insert(image.values.end(), mapped.begin() + static_cast<std::ptrdiff_t>(j * columns),
                          mapped.begin() + static_cast<std::ptrdiff_t>((j + 1) * columns));
    run::write_fits(file, image, parameters_.single);
  }

  [[nodiscard]] std::vector<run::FitsCard> cards(double time) const {
    const bool equal_area = parameters_.projection == "cea";
    const auto rows = static_cast<double>(parameters_.rows),
               columns = static_cast<double>(parameters_.columns);
    const std::string kind = equal_area ? "CEA" : "CAR";
    std::vector<run::FitsCard> cards{{"CTYPE1", "CRLN-" + kind, "Carrington longitude"},
                                     {"CTYPE2", "CRLT-" + kind, "Carrington latitude"},
                                     {"CUNIT1", std::string("deg")},
                                     {"CUNIT2", std::string("deg")},
                                     {"CRPIX1", 0.5 * (columns + 1)},
                                     {"CRPIX2", 0.5 * (rows + 1)},
                                     {"CRVAL1", 180.0},
                                     {"CRVAL2", 0.0},
                                     {"CDELT1", 360 / columns},
                                     {"CDELT2", equal_area ? 360 / pi / rows : 180 / rows},
                                     {"BUNIT", info_.unit == "G" ? std::string("Gauss") : info_.unit},
                                     {"WCSNAME", std::string("Carrington Heliographic")},
                                     {"CONTENT", info_.long_name},
                                     {"RSUN_REF", 6.96e8, "[m]"},
                                     {"ORIGIN", std::string("Sluice")},
                                     {"SIMTIME", time, "[" + time_unit_ + "] simulated time"}};
    if (equal_area) cards.push_back({"PV2_1", 1.0});
    if (const auto start = parse_date(parameters_.epoch)) {
      const double seconds = base::unit_factor(time_unit_, "s").value_or(1.0) * time;
      cards.push_back({"DATE-OBS", date_text(*start + static_cast<std::time_t>(std::llround(seconds)))});
    }
    return cards;
  }

  MapParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  grid::Grid grid_;
  std::string time_unit_;
  grid::FieldInfo info_;
  std::vector<double> times_;
  std::vector<std::int64_t> steps_;
};

class MapCase : public run::HookCase {
 public:
  MapCase() { schedule_.at_end = true; }

  void declare(base::Parameters& p) override {
    schedule_.declare(p, true, time_unit);
    p.text("field", values_.field, {.help = "output to write", .required = true});
    p.choice("format", values_.format,
             {{"hdf5", "Data[theta, phi] with dim1 = phi, dim2 = theta, on the run's grid"},
              {"fits", "synoptic map in Carrington coordinates, remapped conservatively"}},
             {.help = "of the files", .may_differ_at_restart = true});
    p.choice("projection", values_.projection, {{"car", "plate carree"}, {"cea", "cylindrical equal area"}},
             {.help = "of FITS maps", .may_differ_at_restart = true});
    p.integer("columns", values_.columns,
              {.help = "longitudes of FITS maps", .minimum = 5, .may_differ_at_restart = true});
    p.integer("rows", values_.rows,
              {.help = "latitudes of FITS maps", .minimum = 5, .may_differ_at_restart = true});
    p.boolean("single", values_.single, {.help = "FITS in float32", .may_differ_at_restart = true});
    p.text(
        "epoch", values_.epoch,
        {.help = "date of time 0, as 2022-01-03T00:00:00; DATE-OBS of FITS maps follows from it; empty: none",
         .may_differ_at_restart = true});
    p.text("name", values_.name, {.help = "folder of the files", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    std::vector<std::string> names;
    const grid::FieldInfo* info = nullptr;
    const auto outputs = context.solver->outputs();
    for (const run::Output& output : outputs) {
      names.push_back(output.info.name);
      if (output.info.name == values_.field && output.components == 1) info = &output.info;
    }
    if (info == nullptr) run::refuse_output("map: field", values_.field, names);
    if (context.solver->grid().geometry != grid::Geometry::sphere)
      throw base::InputError("map: a grid on the sphere is allowed; this solver has another");
    if (!values_.epoch.empty() && !parse_date(values_.epoch))
      throw base::InputError("map: epoch: '" + values_.epoch + "'; a date as 2022-01-03T00:00:00 is allowed");
    auto hook = std::make_unique<MapHook>(values_, context, *info);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  MapParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_map() { return std::make_unique<MapCase>(); }

}  // namespace sluice::hooks
