using Assay.Engine.Language.Generation;
using Assay.Node.Routing;
using Assay.Providers.Language;
using Assay.Providers.Relay;
using Assay.Verify;
using Assay.Verify.Json;
using Assay.Verify.Relays;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.OpenAi;

/// <summary>Nobody may answer by the rule that was asked for.</summary>
internal sealed class NoneEligibleException(string message) : Exception(message);

/// <summary>Answers of whoever a rule chooses; where one fails before its first byte, of the next.</summary>
internal static class RoutedAnswers
{
    private const int MostNamed = 8;

    /// <param name="answer">Has a target answer, with what its receipt says of the choice.</param>
    public static async Task WriteAsync(Router router, RequestHead head, HttpContext http, Func<RouteTarget, RouteClaim, Task> answer)
    {
        var route = Choose(router, head.Model);
        for (var place = 0; ; place++)
            try
            {
                await answer(route.Order[place], route.ClaimOf(place));
                return;
            }
            catch (Exception e) when (place + 1 < route.Order.Length && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested && IsItsOwn(e))
            {
                // What it was has its void in the log, and its name in the receipt.
                http.Response.Headers.Remove(RelayedAnswers.Header);
            }
    }

    private static ChosenRoute Choose(Router router, string asked)
    {
        ChosenRoute route;
        try
        {
            route = router.Choose(asked);
        }
        catch (MalformedException e)
        {
            throw new OpenAiException(e.Message, "model", "invalid_route");
        }
        if (!route.Order.IsEmpty)
            return route;
        var name = StrictJson.Shown(RouteClaim.ModelOf(asked));
        if (route.Excluded.IsEmpty)
            throw new NoneEligibleException($"nobody here serves {name}: a model of that name, or a relay that claims to, could");
        var reasons = string.Join(", ", route.Excluded.Take(MostNamed).Select(e => $"{e.Candidate.Name}: {e.Reason}"));
        throw new NoneEligibleException($"nobody who serves {name} is eligible ({reasons}{(route.Excluded.Length > MostNamed ? ", and others" : "")})");
    }

    // What another might do better; a request that nobody can answer is told at once.
    private static bool IsItsOwn(Exception e) => e switch
    {
        RelayException { Fault: RelayFault.Refused, Status: 400 or 409 or 413 or 422 } => false,
        RelayException or GeneratorBusyException => true,
        NodeException node => node.Fault is NodeFault.Unavailable or NodeFault.KeyMissing,
        _ => false,
    };
}
