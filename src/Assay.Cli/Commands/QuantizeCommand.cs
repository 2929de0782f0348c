using System.CommandLine;
using System.Globalization;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Quantization;

namespace Assay.Cli.Commands;

/// <summary>A float model, or one quantised by others, as one of the integer profile.</summary>
internal static class QuantizeCommand
{
    public static Command Make()
    {
        var model = new Argument<FileInfo>("MODEL") { Description = "An .onnx file: float32, or with QuantizeLinear, QLinearConv and the like" };
        var calibration = new Option<string[]>("--calibration") { Description = "Inputs such as the model is going to see: files as `run` takes them, or folders of them", HelpName = "DIR|FILE", AllowMultipleArgumentsPerToken = true };
        var output = new Option<FileInfo?>("-o", "--out") { Description = "Where the quantised model goes (default: MODEL.int8.onnx, here)", HelpName = "FILE" };
        var labels = new Option<FileInfo?>("--labels") { Description = "Lines \"PATH LABEL\": counts how often each of the two models is right", HelpName = "FILE" };
        var ranges = new Option<string>("--ranges") { Description = "How ranges are chosen: minmax, percentile or squares (default: squares)", HelpName = "HOW", DefaultValueFactory = _ => "squares" };
        var groups = new Option<int>("--weight-groups") { Description = $"Scales of one layer's weights, 1 to 4096; 0: one a channel (default: {QuantizerOptions.Default.WeightGroups})", HelpName = "N", DefaultValueFactory = _ => QuantizerOptions.Default.WeightGroups }.From(0, 4096);
        var logits = new Option<bool>("--logits") { Description = "Leave out a softmax at the end" };
        var command = new Command("quantize", "Turn a float model into one of whole numbers, which can be proved. Example: assay quantize model.onnx --calibration pictures")
        {
            model, calibration, output, labels, ranges, groups, logits,
        };
        command.SetAction(async parsed =>
        {
            var file = parsed.GetValue(model)!;
            if (!file.Exists)
                throw new FileNotFoundException($"there is no file '{file}'");
            var options = new QuantizerOptions
            {
                Ranges = parsed.GetValue(ranges) switch
                {
                    "minmax" => RangeMethod.MinMax,
                    "percentile" => RangeMethod.Percentile,
                    "squares" => RangeMethod.LeastSquares,
                    var other => throw new UsageException($"--ranges {other}: one of minmax, percentile, squares"),
                },
                WeightGroups = parsed.GetValue(groups),
                Logits = parsed.GetValue(logits),
            };
            var place = parsed.GetValue(output)?.FullName ?? Path.GetFullPath(Path.GetFileNameWithoutExtension(file.Name) + ".int8.onnx");
            if (place == file.FullName)
                throw new UsageException("--out is the model itself");
            AtomicFile.Probe(Path.GetDirectoryName(place)!);
            var graph = Quantizer.ReadFile(file.FullName);
            var quantised = Quantizer.Quantize(graph, SampleFiles.Read(graph, parsed.GetValue(calibration) ?? []), options);
            var accuracy = parsed.GetValue(labels) is { } labelled
                ? AccuracyReport.Of(graph, OnnxModel.Read(quantised.Onnx), SampleFiles.ReadLabelled(graph, labelled.FullName)) : null;
            await AtomicFile.WriteAsync(place, quantised.Onnx);
            if (Shared.IsJson(parsed))
                PrintJson(place, quantised, accuracy);
            else
                PrintText(place, quantised, accuracy);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void PrintText(string place, QuantizedModel quantised, AccuracyReport? accuracy)
    {
        var report = quantised.Report;
        Console.WriteLine($"{"layer",-24} {"operation",-18} {"step",-12} {"zero",5} {"groups",6} {"outside",8} {"error",-11} {"largest",8}");
        foreach (var l in report.Layers)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Cut(l.Name),-24} {l.Operation,-18} {l.Scale.Step,-12:G6} {l.Scale.Zero,5} {(l.WeightGroups == 0 ? "" : l.WeightGroups),6} {Percent(l.Saturated),8} {l.MeanError,-11:G4} {l.LargestSteps,8:F1}"));
        Console.WriteLine("step, zero: an int8 q stands for (q - zero) step; outside: share of the float values that no int8 stands for; error: mean distance to the given model; largest: in steps");
        foreach (var note in report.Notes)
            Console.WriteLine($"note     {Cut(note, 200)}");
        if (report.TakenOver > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"import   {report.TakenOver} scales taken over; multipliers within {report.Layers.Max(l => l.MultiplierError):G2} of the file's; halves are rounded up, not to even; weights off by at most {report.Layers.Max(l => l.WeightError):G2} steps"));
        foreach (var o in report.Outputs)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"output   {Cut(o.Name)}: mean difference {o.MeanError:G4}, largest {o.LargestError:G4} (over {report.Compared} inputs)"));
        if (accuracy is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"accuracy {accuracy.FloatRight} of {accuracy.Count} before, {accuracy.QuantizedRight} after: {accuracy.PointsLost:F2} points lost; the same answer on {accuracy.Agree}; ties {accuracy.Ties}"));
        Console.WriteLine($"model    {place}  ({quantised.Onnx.Length} bytes)");
        Console.WriteLine($"next     {Shared.Command} import {place}");
    }

    private static void PrintJson(string place, QuantizedModel quantised, AccuracyReport? accuracy) => Shared.Print(json =>
    {
        var report = quantised.Report;
        json.WriteString("model", place);
        json.WriteNumber("bytes", quantised.Onnx.Length);
        json.WriteStartArray("layers");
        foreach (var l in report.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", l.Name);
            json.WriteString("source", l.Source);
            json.WriteString("operation", l.Operation);
            json.WriteNumber("step", l.Scale.Step);
            json.WriteNumber("zeroPoint", l.Scale.Zero);
            json.WriteNumber("weightGroups", l.WeightGroups);
            json.WriteNumber("multiplierError", l.MultiplierError);
            json.WriteNumber("weightError", l.WeightError);
            if (l.MeanError is { } mean)
            {
                json.WriteNumber("saturated", l.Saturated ?? 0);
                json.WriteNumber("meanError", mean);
                json.WriteNumber("largestSteps", l.LargestSteps ?? 0);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteNumber("scalesTakenOver", report.TakenOver);
        json.WriteNumber("compared", report.Compared);
        json.WriteStartArray("outputs");
        foreach (var o in report.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", o.Name);
            json.WriteNumber("meanError", o.MeanError);
            json.WriteNumber("largestError", o.LargestError);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (accuracy is null)
            return;
        json.WriteStartObject("accuracy");
        json.WriteNumber("count", accuracy.Count);
        json.WriteNumber("before", accuracy.FloatRight);
        json.WriteNumber("after", accuracy.QuantizedRight);
        json.WriteNumber("pointsLost", accuracy.PointsLost);
        json.WriteNumber("agree", accuracy.Agree);
        json.WriteNumber("ties", accuracy.Ties);
        json.WriteEndObject();
    });

    private static string Percent(double? share) => share is { } s ? s.ToString("P2", CultureInfo.InvariantCulture) : "";

    // Names come from a stranger's file.
    private static string Cut(string text, int most = 24)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return clean.Length <= most ? clean : "…" + clean[^(most - 1)..];
    }
}
