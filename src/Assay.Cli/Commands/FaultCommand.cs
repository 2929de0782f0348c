using System.CommandLine;
using Assay.Verify;
using Assay.Verify.Faults;

namespace Assay.Cli.Commands;

/// <summary>Judges fault files: what someone says to show that a log broke its word.</summary>
internal static class FaultCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "A *.fault.json" };
        var policy = new Option<string?>("--policy") { Description = "Whom you trust: the accused is one of its logs (default: policy.json of the data folder, if there is one)", HelpName = "F" };
        var command = new Command("fault", "Whether a file proves that a log broke its word. Exit code 0 proved, 10 not proved, 20 unsupported or no policy, 30 malformed") { file, policy };
        command.SetAction(parsed =>
        {
            var (code, verdict, kind, detail, accused, name) = Judge(parsed.GetValue(file)!, parsed.GetValue(policy), parsed);
            var headline = verdict.ToUpperInvariant().Replace('-', ' ') + (kind is null ? "" : $" · {kind}");
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("headline", headline);
                    json.WriteString("verdict", verdict);
                    json.WriteString("kind", kind);
                    json.WriteString("accused", accused);
                    json.WriteString("policy", name);
                    json.WriteString("detail", detail);
                });
            else
                Console.WriteLine($"{headline}\n  {detail}{(accused is null ? "" : $"\n  log  {accused}")}");
            return code;
        });
        return command;
    }

    private static (int Code, string Verdict, string? Kind, string Detail, string? Accused, string? Policy) Judge(string file, string? named, ParseResult parsed)
    {
        try
        {
            var fault = Fault.Parse(VerifyCommand.Read(file));
            if (VerifyCommand.PolicyOf(named, Shared.FolderOf(parsed)) is not { } policy)
                return (ExitCode.Unsupported, "no-policy", fault.Kind, "whose log keys count, only a policy says: give one with --policy", null, null);
            var judged = FaultJudge.Judge(fault, policy.Log);
            return judged.Proved
                ? (ExitCode.Ok, "proved", fault.Kind, judged.Reason, judged.Accused!.Name, policy.Name)
                : (ExitCode.Rejected, "not-proved", fault.Kind, judged.Reason, null, policy.Name);
        }
        catch (UnsupportedException e)
        {
            return (ExitCode.Unsupported, "unsupported", null, e.Message, null, null);
        }
        catch (MalformedException e)
        {
            return (ExitCode.Malformed, "malformed", null, e.Message, null, null);
        }
    }
}
