using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Node.Web.Pages;

/// <summary>What every page says in its frame.</summary>
/// <param name="Url">Where this node was reached, without a slash at the end.</param>
/// <param name="Query">What was searched for, to show it again.</param>
/// <param name="HasMarket">This node has a market.</param>
public sealed record Site(string Url, string Origin, string Node, string Query, bool HasMarket = false);

/// <summary>From a view to its page: components are used as plain templates, rendered once, with everything escaped.</summary>
internal static class Html
{
    public static async Task<string> RenderAsync<TPage>(IServiceProvider services, Site site, object view) where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { ["Site"] = site, ["View"] = view });
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TPage>(parameters)).ToHtmlString());
    }
}
