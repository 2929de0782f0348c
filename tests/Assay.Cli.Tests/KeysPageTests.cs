using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Cli.Tests;

/// <summary>docs/keys.md is true: its commands are run, in their order, and answer as the page says.</summary>
public partial class KeysPageTests
{
    private const string Mark = "@@command ";
    private const string Port = "7795";

    /// <summary>A command of the page, and the lines under it. A line of an ellipsis stands for any number of lines.</summary>
    private sealed record Step(string Command, List<string> Expected);

    [Fact]
    public void Every_command_of_the_page_answers_as_it_says()
    {
        var steps = Steps(File.ReadAllLines(Path.Combine(Assay.Repository, "docs/keys.md")));
        Assert.True(steps.Count > 40);
        using var assay = new Assay();
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[("model.onnx", "digits.onnx"), ("samples/7.png", "seven.png")])
            File.Copy(Path.Combine(Assay.Repository, "models/digits", from), Path.Combine(assay.Folder, to));
        var answers = Run(assay, steps);
        for (var i = 0; i < steps.Count; i++)
            AssertAnswer(steps[i], answers[i]);
    }

    [Fact]
    public void Comparison_with_the_page_can_fail()
    {
        var step = new Step("x", ["a 0123456789abcdef", "…", "z"]);
        AssertAnswer(step, ["a fedcba9876543210", "b", "c", "z"]);
        foreach (var wrong in (List<string>[])[["a fedcba9876543210", "b"], ["b 0123456789abcdef", "z"], ["a 0123456789abcdef", "z", "z2"], []])
            Assert.ThrowsAny<Exception>(() => AssertAnswer(step, wrong));
    }

    private static List<Step> Steps(string[] page)
    {
        var steps = new List<Step>();
        var inside = false;
        foreach (var line in page)
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = line == "```console";
            else if (inside && line.StartsWith("$ ", StringComparison.Ordinal))
                steps.Add(new Step(line[2..], []));
            else if (inside)
                steps[^1].Expected.Add(line);
        return steps;
    }

    // One shell for the whole page, as a person has; a change of folder holds for its own line.
    private static List<List<string>> Run(Assay assay, List<Step> steps)
    {
        var script = new StringBuilder("trap 'kill $(cat serve.pid 2>/dev/null) 2>/dev/null' EXIT\n");
        var free = FreePort();
        foreach (var step in steps)
            script.Append($"cd \"{assay.Folder}\"\nprintf '\\n{Mark}\\n'\n{{ {step.Command.Replace(Port, free, StringComparison.Ordinal)}\n}} 2>&1\n");
        var start = new ProcessStartInfo("/bin/sh", [assay.Write("page.sh", Encoding.UTF8.GetBytes(script.ToString()))])
        {
            WorkingDirectory = assay.Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release")}:{start.Environment["PATH"]}";
        start.Environment["ASSAY_COMMAND"] = "assay";
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync();
        var output = shell.StandardOutput.ReadToEndAsync();
        Assert.True(shell.WaitForExit(TimeSpan.FromMinutes(5)), "the page's commands do not end");
        var answers = new List<List<string>>();
        foreach (var line in output.Result.Replace(assay.Folder + "/", "", StringComparison.Ordinal).Split('\n'))
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                answers.Add([]);
            else if (answers.Count > 0)
                answers[^1].Add(line);
        foreach (var answer in answers)
            if (answer is [.., ""])
                answer.RemoveAt(answer.Count - 1);
        Assert.True(answers.Count == steps.Count, $"the shell ended early: {error.Result}");
        return answers;
    }

    private static void AssertAnswer(Step step, List<string> answer)
    {
        var at = 0;
        for (var i = 0; i < step.Expected.Count; i++)
        {
            if (step.Expected[i] == "…")
            {
                if (i == step.Expected.Count - 1)
                    return;
                while (at < answer.Count && Plain(answer[at]) != Plain(step.Expected[i + 1]))
                    at++;
                continue;
            }
            Assert.True(at < answer.Count, $"$ {step.Command}\nends before: {step.Expected[i]}\n{string.Join('\n', answer)}");
            Assert.True(Plain(step.Expected[i]) == Plain(answer[at]), $"$ {step.Command}\nthe page says: {step.Expected[i]}\nit answers:    {answer[at]}\n{string.Join('\n', answer)}");
            at++;
        }
        Assert.True(at == answer.Count || step.Expected.Count == 0 && answer.Count == 0, $"$ {step.Command}\nsays more than the page: {string.Join('\n', answer.Skip(at))}");
    }

    // What differs from run to run: ids, keys, hashes, times, and with the keys their order and kind.
    private static string Plain(string line)
    {
        line = Time().Replace(line, "TIME");
        line = Encoded().Replace(line, "BASE64");
        line = Hex().Replace(line, "HEX");
        return line;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex Time();

    [GeneratedRegex("[A-Za-z0-9+/]{43,}=*")]
    private static partial Regex Encoded();

    [GeneratedRegex("(?<![A-Za-z0-9])[0-9a-f]{8,}(?![A-Za-z0-9])")]
    private static partial Regex Hex();
}
