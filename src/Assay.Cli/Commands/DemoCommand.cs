using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Store;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Cli.Commands;

/// <summary>The whole thread once, with the model and the picture that come with the program: run, receipt, verification.</summary>
internal static class DemoCommand
{
    private const string Model = "digits";
    private const string Picture = "digits/samples/7.png";

    public static Command Make()
    {
        var once = new Option<bool>("--once") { Description = "Print the verified receipt and end; do not serve" };
        var output = new Option<DirectoryInfo?>("-o", "--output") { Description = "Where the receipt goes (default: here)", HelpName = "DIR" };
        var command = new Command("demo", "Run the model that comes with assay and show a verified receipt, then serve the explorer. Example: assay demo --once")
        {
            once, ServeCommand.Url, output,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            RunCommand.Prepare(parsed.GetValue(output));
            var model = await ImportAsync(node);
            var picture = Resource(Picture);
            var answer = await RunAsync(node, model, picture);
            var file = await RunCommand.SaveAsync(node, model, answer, parsed.GetValue(output));
            // Verified as anyone else would: from the file, by the policy file.
            var report = Verifier.Verify(VerifyCommand.Read(file), Policy.Parse(await File.ReadAllBytesAsync(node.Folder.Policy, cancel)));
            var seconds = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
            if (Shared.IsJson(parsed))
                PrintJson(model, answer, file, report, seconds);
            else
                PrintText(model, answer, file, report, seconds, picture);
            if (!parsed.GetValue(once))
                await ServeCommand.RunAsync(node, parsed.GetValue(ServeCommand.Url)!, cancel);
            return report.ExitCode;
        }));
        return command;
    }

    private static async Task<StoredModel> ImportAsync(AssayNode node)
    {
        var folder = Directory.CreateTempSubdirectory("assay-demo-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.onnx");
            await File.WriteAllBytesAsync(path, Resource("digits/model.onnx"));
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "README.md"), Resource("digits/README.md"));
            return await node.ImportAsync(folder.FullName, Model);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<Answer> RunAsync(AssayNode node, StoredModel model, byte[] picture)
    {
        var graph = node.Load(model).Graph;
        var input = graph.Values[graph.Inputs[0]];
        var tensor = ImageInput.ToTensor(Png.Read(picture), input, Inputs.ImageOptionsOf(graph));
        return node.InvokeAsync(
            model, new Dictionary<string, Tensor>(StringComparer.Ordinal) { [input.Name] = tensor }, new CallerTerms(Wire: new WireInput("image/png", picture)));
    }

    private static void PrintText(StoredModel model, Answer answer, string file, Report report, double seconds, byte[] picture)
    {
        Draw(Png.Read(picture));
        var (digit, probability) = Best(answer);
        Console.WriteLine($"{model.Reference} sees a {digit} ({probability.ToString("P1", CultureInfo.InvariantCulture)})\n");
        Console.Write(report.ToText());
        Console.WriteLine($"\n{file}   after {seconds:0.0} s");
        Console.WriteLine($"  {Shared.Command} verify {file}    offline, anywhere, with your policy.json");
        Console.WriteLine($"  {Shared.Command} replay {file}    run it again and compare every bit");
    }

    private static void PrintJson(StoredModel model, Answer answer, string file, Report report, double seconds) => Shared.Print(json =>
    {
        var (digit, probability) = Best(answer);
        json.WriteString("receiptFile", file);
        report.WriteMembers(json);
        json.WriteStartObject("output");
        json.WriteNumber("digit", digit);
        json.WriteNumber("probability", probability);
        json.WriteEndObject();
        json.WriteString("modelDigest", model.Digest.ToHex());
        json.WriteNumber("seconds", Math.Round(seconds, 3));
    });

    private static (int Digit, float Probability) Best(Answer answer)
    {
        var scores = answer.Run.Outputs[0].Value.Span<float>().ToArray();
        var best = Array.IndexOf(scores, scores.Max());
        return (best, scores[best]);
    }

    // Two rows of pixels in one line of text, so that the picture keeps its shape.
    private static void Draw(Picture picture)
    {
        if (Console.IsOutputRedirected)
            return;
        for (var y = 0; y + 1 < picture.Height; y += 2)
            Console.WriteLine("  " + string.Concat(Enumerable.Range(0, picture.Width).Select(x =>
                (picture.Pixels[y * picture.Width + x] > 96, picture.Pixels[(y + 1) * picture.Width + x] > 96) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                })));
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DemoCommand).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the program was built without {name}");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
