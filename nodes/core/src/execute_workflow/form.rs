//! The form of Execute Sub-workflow.

use heddle_node::{Json, json};

pub(super) fn properties() -> Json {
    let until_1_1 = json!({ "@version": [{ "_cnd": { "lte": 1.1 } }] });
    let since_1_2 = json!({ "@version": [{ "_cnd": { "gte": 1.2 } }] });
    json!([
        {
            "displayName": "Operation", "name": "operation", "type": "hidden", "noDataExpression": true,
            "default": "call_workflow",
            "options": [{ "name": "Execute a Sub-Workflow", "value": "call_workflow" }],
        },
        {
            "displayName": "This node is of an older version. A new one offers more.",
            "name": "outdatedVersionWarning", "type": "notice", "default": "",
            "displayOptions": { "show": until_1_1.clone() },
        },
        {
            "displayName": "Source", "name": "source", "type": "options", "default": "database",
            "description": "Where the workflow comes from",
            "options": [
                { "name": "Database", "value": "database", "description": "A workflow, by its id or file name" },
                { "name": "Local File", "value": "localFile", "description": "A workflow file, by its path" },
                { "name": "Parameter", "value": "parameter", "description": "The JSON of a workflow" },
                { "name": "URL", "value": "url", "description": "A workflow at an address" },
            ],
            "displayOptions": { "show": until_1_1.clone() },
        },
        {
            "displayName": "Files and addresses are older ways to name a workflow. Prefer its id.",
            "name": "sourceDeprecationNotice", "type": "notice", "default": "",
            "displayOptions": { "show": {
                "source": ["localFile", "url"], "@version": [{ "_cnd": { "lte": 1.1 } }],
            } },
        },
        {
            "displayName": "Source", "name": "source", "type": "options", "default": "database",
            "description": "Where the workflow comes from",
            "options": [
                { "name": "Database", "value": "database", "description": "A workflow, by its id or file name" },
                { "name": "Define Below", "value": "parameter", "description": "The JSON of a workflow" },
            ],
            "displayOptions": { "show": since_1_2.clone() },
        },
        {
            "displayName": "Workflow ID", "name": "workflowId", "type": "string", "default": "", "required": true,
            "description": "Id or file name of the workflow. When it runs once with all items, the first item decides.",
            "displayOptions": { "show": { "source": ["database"], "@version": [1] } },
        },
        {
            "displayName": "Workflow", "name": "workflowId", "type": "workflowSelector", "default": "", "required": true,
            "description": "The workflow. When it runs once with all items, the first item decides.",
            "displayOptions": { "show": { "source": ["database"], "@version": [{ "_cnd": { "gte": 1.1 } }] } },
        },
        {
            "displayName": "Workflow Path", "name": "workflowPath", "type": "string", "default": "", "required": true,
            "placeholder": "child.json",
            "description": "Path of the workflow file",
            "displayOptions": { "show": { "source": ["localFile"] } },
        },
        {
            "displayName": "Workflow JSON", "name": "workflowJson", "type": "json", "default": "\n\n\n", "required": true,
            "typeOptions": { "rows": 10 },
            "description": "The workflow, as its file would have it",
            "displayOptions": { "show": { "source": ["parameter"] } },
        },
        {
            "displayName": "Workflow URL", "name": "workflowUrl", "type": "string", "default": "", "required": true,
            "placeholder": "https://example.com/workflow.json",
            "description": "Address of the workflow's JSON",
            "displayOptions": { "show": { "source": ["url"] } },
        },
        {
            "displayName": "All items that enter here reach the trigger of the workflow.",
            "name": "executeWorkflowNotice", "type": "notice", "default": "",
            "displayOptions": { "show": until_1_1 },
        },
        {
            "displayName": "Workflow Inputs", "name": "workflowInputs", "type": "resourceMapper",
            "noDataExpression": true, "required": true,
            "default": { "mappingMode": "defineBelow", "value": null },
            "description": "Values for the inputs that the workflow declares; without any, whole items are passed",
            "typeOptions": {
                "loadOptionsDependsOn": ["workflowId.value"],
                "resourceMapper": {
                    "localResourceMapperMethod": "loadSubWorkflowInputs", "valuesLabel": "Workflow Inputs",
                    "mode": "map", "fieldWords": { "singular": "input", "plural": "inputs" },
                    "addAllFields": true, "multiKeyMatch": false, "supportAutoMap": false,
                    "showTypeConversionOptions": true, "refreshStaleSchemaOnOpen": true,
                },
            },
            "displayOptions": {
                "show": { "source": ["database"], "@version": [{ "_cnd": { "gte": 1.2 } }] },
                "hide": { "workflowId": [""] },
            },
        },
        {
            "displayName": "Mode", "name": "mode", "type": "options", "noDataExpression": true, "default": "once",
            "description": "How often the workflow runs",
            "options": [
                { "name": "Run once with all items", "value": "once",
                  "description": "One run of the workflow gets all items" },
                { "name": "Run once for each item", "value": "each",
                  "description": "Each item has a run of the workflow to itself" },
            ],
        },
        {
            "displayName": "n8n means to drop this mode. A loop in front of this node does the same.",
            "name": "eachModeDeprecationNotice", "type": "notice", "default": "",
            "displayOptions": { "show": { "mode": ["each"] } },
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {}, "placeholder": "Add option",
            "description": "Further settings",
            "options": [{
                "displayName": "Wait For Sub-Workflow Completion", "name": "waitForSubWorkflow", "type": "boolean",
                "default": true,
                "description": "Whether this workflow goes on only when the sub-workflow has ended",
            }],
        },
    ])
}
