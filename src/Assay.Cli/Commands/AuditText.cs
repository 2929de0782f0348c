using System.Text.Json;
using Assay.Audit.Auditing;
using Assay.Verify.Audits;

namespace Assay.Cli.Commands;

/// <summary>What an auditor's commands print.</summary>
internal static class AuditText
{
    /// <summary>How often each letter stands in the auditor's log, in both lanes.</summary>
    public static Dictionary<char, int> Tally(OwnAudits own) => own.Draws.Select(d => d.Letters).Concat(own.Canaries.Select(c => c.Letters))
        .SelectMany(l => l).GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count());

    public static void Print(FollowedProvider provider, AuditNews news)
    {
        Console.WriteLine($"{provider.Origin}  committed {news.Commitments}, refused {news.Refusals}, drawn {news.Draws}, opened {news.Opened}");
        foreach (var note in news.Notes)
            Console.WriteLine($"  {note}");
    }

    /// <summary>Shows what judging costs, and asks whether to.</summary>
    public static bool Ask(AuditPlan plan, bool yes, bool isJson)
    {
        if (isJson)
            return yes;
        Console.WriteLine($"to judge: {plan.Runs} records to run{(plan.Tokens > 0 ? $", {plan.Tokens} tokens of prompts and answers" : "")}; {plan.WithoutRun} without a run; {plan.Waiting} have not come yet");
        foreach (var model in plan.Models)
            Console.WriteLine($"  {model.Name}  sha256:{model.Digest.ToHex()[..16]}…  {model.Records} records{(model.Tokens > 0 ? $", {model.Tokens} tokens" : "")}  " +
                (model.Here is { } here ? $"here as {here.Reference}" : $"NOT HERE, {Shared.Bytes(model.Bytes)}: `{Shared.Command} pull` or `{Shared.Command} import` brings it into this data folder"));
        if (yes)
            return true;
        if (Console.IsInputRedirected)
        {
            Console.WriteLine("nothing was judged: --yes judges without asking");
            return false;
        }
        Console.Write("judge now? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    public static void Print(IReadOnlyDictionary<char, int> found, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
            Console.WriteLine($"  {note}");
        if (found.Values.Sum() > 0)
            Console.WriteLine($"judged {found.Values.Sum()}: {string.Join(", ", VerdictLetters.ByStrength.Where(l => found.GetValueOrDefault(l) > 0).Select(l => $"{found[l]} {Word(l)}"))}");
    }

    public static void PrintJson(
        string auditor, List<(FollowedProvider Provider, AuditNews News)> gathered, AuditPlan plan, bool judged, IReadOnlyDictionary<char, int> found, IReadOnlyList<string> notes) => Shared.Print(json =>
    {
        json.WriteString("auditor", auditor);
        json.WriteStartArray("providers");
        foreach (var (provider, news) in gathered)
        {
            json.WriteStartObject();
            json.WriteString("provider", provider.Origin);
            json.WriteBoolean("followed", news.IsFollowed);
            json.WriteNumber("commitments", news.Commitments);
            json.WriteNumber("refusals", news.Refusals);
            json.WriteNumber("draws", news.Draws);
            json.WriteNumber("opened", news.Opened);
            WriteTexts(json, "notes", news.Notes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("plan");
        json.WriteNumber("runs", plan.Runs);
        json.WriteNumber("tokens", plan.Tokens);
        json.WriteNumber("withoutRun", plan.WithoutRun);
        json.WriteNumber("waiting", plan.Waiting);
        json.WriteStartArray("models");
        foreach (var model in plan.Models)
        {
            json.WriteStartObject();
            json.WriteString("model", model.Name);
            json.WriteString("digest", model.Digest.ToHex());
            json.WriteNumber("bytes", model.Bytes);
            json.WriteBoolean("here", model.Here is not null);
            json.WriteNumber("records", model.Records);
            json.WriteNumber("tokens", model.Tokens);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteBoolean("judged", judged);
        WriteLetters(json, "letters", found);
        WriteTexts(json, "notes", notes);
    });

    /// <summary>An object with a number for each letter.</summary>
    public static void WriteLetters(Utf8JsonWriter json, string name, IReadOnlyDictionary<char, int> counts)
    {
        json.WriteStartObject(name);
        foreach (var letter in VerdictLetters.ByStrength)
            json.WriteNumber(letter.ToString(), counts.GetValueOrDefault(letter));
        json.WriteEndObject();
    }

    public static string Word(char letter) => letter switch
    {
        VerdictLetters.Reproduced => "reproduced",
        VerdictLetters.Diverged => "DIVERGED",
        VerdictLetters.Unopened => "unopened",
        VerdictLetters.Wrong => "wrongly opened",
        VerdictLetters.Outside => "not auditable",
        VerdictLetters.Void => "void",
        _ => "undecided",
    };

    public static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
